#include "larder/image_ref.h"

#include "model/quote.h"
#include "model/ref_grammar.h"

namespace larder {
namespace {

// The parts of a reference as they are written, not checked yet beyond where they begin and end.
struct RawRef {
  std::string_view domain, path, tag, digest;
};

struct Refusal {
  RefProblem problem = RefProblem::none;
  std::string why;
};

template <class T>
using Checked = std::expected<T, Refusal>;

std::unexpected<Refusal> Refuse(RefProblem problem, std::string why) {
  return std::unexpected(Refusal{problem, std::move(why)});
}

bool IsBlank(std::string_view text) { return text.find_first_not_of(" \t\r\n\v\f") == std::string_view::npos; }

// With two components the first is a host where it looks like one; with three or more it always is (as in Flux).
void SplitDomain(std::string_view text, RawRef& raw) {
  const std::size_t slash = text.find('/');
  raw.path = text;
  if (slash == std::string_view::npos) return;
  const std::string_view first = text.substr(0, slash);
  const bool more_than_two = text.find('/', slash + 1) != std::string_view::npos;
  if (!more_than_two && !LooksLikeHost(first)) return;
  raw.domain = first;
  raw.path = text.substr(slash + 1);
}

Checked<RawRef> Split(std::string_view text) {
  if (IsBlank(text)) return Refuse(RefProblem::blank, "the image name is blank");
  if (text.starts_with('/')) return Refuse(RefProblem::malformed, "a slash at the beginning");
  if (text.ends_with('/')) return Refuse(RefProblem::malformed, "a slash at the end");

  RawRef raw;
  if (const std::size_t at = text.find('@'); at != std::string_view::npos) {
    raw.digest = text.substr(at + 1);
    if (raw.digest.empty()) return Refuse(RefProblem::malformed, "no digest after the '@'");
    text = text.substr(0, at);
  }
  if (text.find("//") != std::string_view::npos || text.ends_with('/')) {
    return Refuse(RefProblem::malformed, "nothing between two slashes, or after one");
  }
  SplitDomain(text, raw);
  if (const std::size_t colon = raw.path.find(':'); colon != std::string_view::npos) {
    raw.tag = raw.path.substr(colon + 1);
    raw.path = raw.path.substr(0, colon);
    if (raw.tag.empty()) return Refuse(RefProblem::malformed, "no tag after the ':'");
    if (raw.tag.find(':') != std::string_view::npos)
      return Refuse(RefProblem::malformed, "more than one ':' for a tag");
  }
  if (raw.path.empty()) return Refuse(RefProblem::malformed, "no image name before the tag or digest");
  return raw;
}

Checked<void> CheckName(const RawRef& raw, const ImageName& name) {
  if (!raw.domain.empty() && !IsValidHost(raw.domain)) {
    return Refuse(RefProblem::invalid, Quote(raw.domain) + " is not a host name with an optional port");
  }
  if (!IsValidPath(raw.path)) {
    return Refuse(RefProblem::invalid, Quote(raw.path) +
                                           " holds what a repository's name may not: it is made of a-z and 0-9, with "
                                           "single dots, dashes and underscores inside");
  }
  if (const std::size_t length = name.Canonical().size(); length > kMaxNameLength) {
    return Refuse(RefProblem::invalid, "the name " + Quote(name.Canonical()) + " is " + std::to_string(length) +
                                           " characters long, over " + std::to_string(kMaxNameLength));
  }
  return {};
}

Checked<void> CheckTag(std::string_view tag) {
  if (tag.empty() || IsValidTag(tag)) return {};
  if (tag.size() > kMaxTagLength) {
    return Refuse(RefProblem::invalid, "the tag is " + std::to_string(tag.size()) + " characters long, over " +
                                           std::to_string(kMaxTagLength));
  }
  return Refuse(RefProblem::invalid, "the tag " + Quote(tag) +
                                         " holds what a tag may not: it is made of letters, digits, '_', '.' and '-', "
                                         "and begins with none of the last two");
}

std::unexpected<Error> AsError(std::string_view what, std::string_view text, const Refusal& refusal) {
  std::string message(what);
  message += ' ';
  message += Quote(text);
  message += ": ";
  message += refusal.why;
  if (refusal.problem != RefProblem::invalid) message += "; expected <image>, <image>:<tag> or <image>@<digest>";
  return Fail(Errc::invalid_argument, std::move(message));
}

std::string WithTagAndDigest(std::string text, const ImageRef& ref) {
  if (!ref.tag().empty()) {
    text += ':';
    text += ref.tag();
  }
  if (!ref.digest().empty()) {
    text += '@';
    text += ref.digest().ToString();
  }
  return text;
}

}  // namespace

Result<ImageName> ImageName::Parse(std::string_view text) {
  Result<ImageRef> ref = ImageRef::Parse(text);
  if (!ref.has_value()) return std::unexpected(std::move(ref).error());
  if (!ref->tag().empty() || !ref->digest().empty()) {
    return Fail(Errc::invalid_argument,
                "repository " + Quote(text) + ": a repository's name has neither tag nor digest; leave it out");
  }
  return ref->name();
}

Result<ImageRef> ImageRef::Parse(std::string_view text, RefProblem* problem) {
  const auto refuse = [&](const Refusal& refusal) {
    if (problem != nullptr) *problem = refusal.problem;
    return AsError("image reference", text, refusal);
  };
  if (problem != nullptr) *problem = RefProblem::none;

  const Checked<RawRef> raw = Split(text);
  if (!raw.has_value()) return refuse(raw.error());
  ImageRef ref;
  ref.name_.domain_ = raw->domain;
  ref.name_.path_ = raw->path;
  ref.tag_ = raw->tag;
  if (const auto checked = CheckName(*raw, ref.name_); !checked.has_value()) return refuse(checked.error());
  if (const auto checked = CheckTag(raw->tag); !checked.has_value()) return refuse(checked.error());
  if (!raw->digest.empty()) {
    Result<Digest> digest = Digest::Parse(raw->digest);
    if (!digest.has_value()) return refuse(Refusal{RefProblem::invalid, digest.error().message});
    ref.digest_ = *digest;
  }
  return ref;
}

std::string ImageRef::Canonical() const { return WithTagAndDigest(name_.Canonical(), *this); }
std::string ImageRef::ToString() const { return WithTagAndDigest(name_.ToString(), *this); }

}  // namespace larder
