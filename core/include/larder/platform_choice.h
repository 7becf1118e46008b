// Which child of an index is the image for the platforms that are wanted.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "larder/api.h"
#include "larder/manifest.h"
#include "larder/platform.h"

namespace LARDER_API larder {

// Documents that are fetched at most to find out the platforms that an index does not state.
inline constexpr std::size_t kMaxCandidates = 4;

struct PlatformChoice {
  // To be fetched in this order until one turns out to be a wanted image. Empty: there is none.
  std::vector<ChildManifest> candidates;
  // The index states the platform of the only candidate. Otherwise they are nested indexes, and images of which only
  // the config knows the platform.
  bool certain = false;
  // "no image for linux/amd64; it has linux/arm64, windows/amd64": what to say where no candidate was one. At most
  // kMaxReasonBytes.
  std::string excluded_reason;
};

// By order of preference: the image of that very platform, then the first that satisfies it, then a nested index that
// states it. Attestations and artifacts are never chosen. An empty preference takes the first image.
PlatformChoice ChooseChild(std::span<const ChildManifest> children, const PlatformPreference& wanted);

// True where an image of that platform may stand for one of the wanted: it satisfies one, or does not say what it is.
bool IsWanted(const Platform& platform, const PlatformPreference& wanted);

}  // namespace larder
