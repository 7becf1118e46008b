// Names of repositories and references to images, with the meaning they have in Flux.
#pragma once

#include <compare>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "larder/api.h"
#include "larder/digest.h"
#include "larder/error.h"

namespace LARDER_API larder {

// Limits of the distribution specification: the whole canonical name, and a tag.
inline constexpr std::size_t kMaxNameLength = 255;
inline constexpr std::size_t kMaxTagLength = 128;

// Why a text is no ref: nothing but blanks, a part missing or there twice, a part that is not allowed.
enum class RefProblem : unsigned char { none, blank, malformed, invalid };

// A repository: where it is and what it is called there. A value; printing gives back the text it was parsed from.
//
//   parsed                   domain            path         canonical
//   alpine                                     alpine       index.docker.io/library/alpine
//   docker.io/weave/hello    docker.io         weave/hello  index.docker.io/weave/hello
//   localhost:5000/a/b       localhost:5000    a/b          localhost:5000/a/b
class ImageName {
 public:
  ImageName() = default;
  // As ImageRef::Parse, and invalid_argument for a tag or a digest.
  static Result<ImageName> Parse(std::string_view text);

  const std::string& domain() const { return domain_; }  // as written; may be empty
  const std::string& path() const { return path_; }      // as written
  // The host that holds it: "index.docker.io" for Docker Hub in each of its spellings, else the domain in lower case.
  std::string Registry() const;
  // The repository on that host: "library/alpine" for Hub's one-component names.
  std::string Repository() const;
  // "<Registry()>/<Repository()>": equal for two names of the same repository. What keys are made of.
  std::string Canonical() const;
  // As it was written.
  std::string ToString() const;
  bool empty() const { return path_.empty(); }

  friend bool operator==(const ImageName&, const ImageName&) = default;
  friend auto operator<=>(const ImageName&, const ImageName&) = default;

 private:
  friend class ImageRef;
  std::string domain_;
  std::string path_;
};

// ImageName::Canonical without allocating, for the read path. A name that was parsed always fits.
class CanonicalName {
 public:
  explicit CanonicalName(const ImageName& name);
  std::string_view view() const { return {text_, size_}; }

 private:
  char text_[kMaxNameLength + 1];
  std::size_t size_ = 0;
};

// A name with a tag, a digest, both or neither (Flux reads neither as "latest" only when it asks a registry; so do we:
// see TagOrLatest). A value; printing gives back the text it was parsed from.
class ImageRef {
 public:
  ImageRef() = default;
  // Does not check the tag: it comes from a listing or from IsValidTag.
  ImageRef(ImageName name, std::string tag, Digest digest = {})
      : name_(std::move(name)), tag_(std::move(tag)), digest_(digest) {}

  // Refuses, with a message that names the place: empty, blank name or tag, leading or trailing slash, illegal
  // characters, a name over 255 (canonical), a tag over 128. `problem`, where given, says which kind it was.
  static Result<ImageRef> Parse(std::string_view text, RefProblem* problem = nullptr);

  const ImageName& name() const { return name_; }
  const std::string& tag() const { return tag_; }   // "" where there is none
  const Digest& digest() const { return digest_; }  // empty() where there is none
  std::string TagOrLatest() const { return tag_.empty() && digest_.empty() ? "latest" : tag_; }
  std::string Registry() const { return name_.Registry(); }
  std::string Repository() const { return name_.Repository(); }
  // (registry, repository, tag), as Flux's Components.
  struct Parts {
    std::string registry, repository, tag;
  };
  Parts Components() const { return Parts{Registry(), Repository(), tag_}; }
  // Without a digest: the other tag points elsewhere.
  ImageRef WithNewTag(std::string_view tag) const { return ImageRef(name_, std::string(tag)); }
  std::string Canonical() const;  // canonical name with the tag and digest
  std::string ToString() const;   // as it was written

  friend bool operator==(const ImageRef&, const ImageRef&) = default;
  friend auto operator<=>(const ImageRef&, const ImageRef&) = default;

 private:
  ImageName name_;
  std::string tag_;
  Digest digest_;
};

// The one table of Docker Hub's spellings ("", docker.io, index.docker.io, registry-1.docker.io,
// registry.hub.docker.com, www.docker.com). `host` may carry a port, which then never matches.
bool IsDockerHub(std::string_view host);
inline constexpr std::string_view kDockerHubHost = "index.docker.io";          // in names
inline constexpr std::string_view kDockerHubApiHost = "registry-1.docker.io";  // what is asked
// The host that is asked for what ImageName::Registry names.
inline std::string ApiHostOf(const std::string& registry) {
  return registry == kDockerHubHost ? std::string(kDockerHubApiHost) : registry;
}

// True where `tag` is one that the distribution specification allows.
bool IsValidTag(std::string_view tag);

}  // namespace larder
