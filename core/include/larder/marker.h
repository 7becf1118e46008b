// The record that describes the store itself. Every embedded store has one under Key::Marker(); memcached has none.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "larder/api.h"
#include "larder/error.h"
#include "larder/key.h"
#include "larder/record.h"

namespace LARDER_API larder {

struct StoreMarker {
  std::uint16_t format = kFormatVersion;  // the newest record format that was ever written to it
  Time created{};
  Time last_collect{};  // epoch: never
  Time floor{};         // for engines that drop lazily; those of this release drop at once and leave it epoch: none
  friend bool operator==(const StoreMarker&, const StoreMarker&) = default;
};

std::vector<std::byte> MakeMarker(const StoreMarker& marker);
// unsupported for a store written by a newer format (it says which release is needed); corruption for anything else.
Result<StoreMarker> ReadMarker(std::span<const std::byte> record);

}  // namespace larder
