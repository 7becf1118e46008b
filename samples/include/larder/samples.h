// Content for registries, made by rules: for the demo, tests and benchmarks. The same arguments give the same bytes on
// every machine. Shaped like Docker's official images: their numbers of tags, how many tags share an image, their
// platforms.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "larder/digest.h"

namespace larder::samples {

struct SampleBlob {
  std::string media_type;
  std::string bytes;
  bool is_manifest = false;  // a manifest or index; otherwise a config or a layer
};

struct SampleTag {
  std::string tag;
  Digest digest;  // of the document that the tag points at
};

// Everything that a registry has to hold. What a manifest points at is among the blobs, but for one that is said to be
// broken. Order for pushing: blobs that are no manifests, then `manifests` in their order, then tags.
struct SampleRepository {
  std::string name;  // its path on the registry: "library/abacus"
  std::vector<SampleTag> tags;
  std::map<Digest, SampleBlob> blobs;
  std::vector<Digest> manifests;  // those of blobs that are manifests, what is pointed at first
};

// 137 repositories, 9,849 tags on 2,220 images, up to 1,120 tags in one, 1 to 12 platforms an image, at scale 1. A
// whole scale repeats these numbers so often, under other names; one under 1 takes so large a part of the repositories.
// At scale 1 about 40 MB in all.
std::vector<SampleRepository> MakeOfficialLike(std::uint64_t seed, double scale = 1);

// A dozen small repositories that show what Larder meets: multi-platform indexes of both kinds, attestations, a nested
// index, Windows only, an artifact, labels with times, single images, and one whose tags are broken in several ways.
std::vector<SampleRepository> MakeDemoRepositories();

// Tags v0.0.0, v0.0.1, ... of which each `tags_per_image` neighbours share an image (1: none), for `platforms`
// platforms (1: a manifest without an index). linux/amd64 is among them.
SampleRepository MakeUniformRepository(std::string name, std::size_t tags, std::size_t tags_per_image = 1,
                                       std::size_t platforms = 1);

}  // namespace larder::samples
