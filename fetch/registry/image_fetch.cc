#include "registry/image_fetch.h"

#include <utility>

#include "larder/facts.h"
#include "larder/platform_choice.h"
#include "registry/api_request.h"
#include "registry/config_document.h"
#include "registry/digest_of.h"
#include "registry/manifest_get.h"

namespace larder {
namespace {

using http::Task;

// One fetch. Lives in the frame of FetchImage, which outlives those of its members; so do the documents that one of
// them passes to another by reference.
class ImageFetch {
 public:
  ImageFetch(RemoteRepositoryPtr repository, Client::KnownFacts known, std::stop_token stop)
      : repository_(std::move(repository)), known_(std::move(known)), stop_(std::move(stop)) {}

  Task<FetchResult<FetchedImage>> Run(std::string reference);
  const FetchedImage& so_far() const { return out_; }

 private:
  // What is stored, or what another fetch is just finding out.
  Task<std::optional<ManifestFacts>> Known(Digest digest);
  // A document by tag or by digest, read whole: its config too. What it finds is added to out_.facts.
  Task<FetchResult<ManifestDocument>> Resolve(std::string reference, bool outermost);
  Task<FetchResult<void>> AddConfig(ManifestDocument& document);
  // Looks for the wanted image below an index: "" where out_.facts ends in it, else the reason why there is none.
  Task<FetchResult<std::string>> Descend(const ManifestDocument& index, int depth);
  Task<FetchResult<std::string>> Try(const ChildManifest& candidate, bool certain, int depth);

  // 404 of what is inside: the tag itself is there.
  static FetchError Inside(FetchError error) {
    if (error.error.code == Errc::not_found) error.error.code = Errc::corruption;
    return error;
  }

  RemoteRepositoryPtr repository_;
  Client::KnownFacts known_;
  std::stop_token stop_;
  FetchedImage out_;
};

Task<std::optional<ManifestFacts>> ImageFetch::Known(Digest digest) {
  if (!known_) co_return std::nullopt;
  using Facts = std::optional<ManifestFacts>;
  std::function<void(http::Callback<Facts>::Done)> start = [this, &digest](http::Callback<Facts>::Done done) {
    known_(digest, std::move(done));
  };
  http::Callback<Facts> callback(start);
  Facts facts = co_await callback;
  if (facts.has_value() && facts->interpreter != kInterpreterVersion) facts.reset();
  // An index with more children than facts keep has to be read itself.
  if (facts.has_value() && facts->more_children) facts.reset();
  co_return facts;
}

Task<FetchResult<void>> ImageFetch::AddConfig(ManifestDocument& document) {
  const std::string digest = document.config.ToString();
  const auto what = [&] { return NameOf(Asked::blob, *repository_, digest); };
  if (document.config_size > http::kMaxConfigBytes) {
    Error error{Errc::too_large, std::to_string(document.config_size) + " bytes, and the limit is " +
                                     std::to_string(http::kMaxConfigBytes)};
    co_return std::unexpected(BadAnswer(Asked::blob, std::move(error), what()));
  }
  ApiRequest request(http::Method::get, Asked::blob, "blobs/" + digest);
  FetchResult<ApiResponse> answer = co_await Ask(repository_, request, stop_);
  if (answer.has_value() || WasSent(answer.error())) ++out_.blob_gets;
  if (!answer.has_value()) co_return std::unexpected(std::move(answer.error()));
  if (answer->http.status != 200) {
    FetchError error = RefusedBy(Asked::blob, answer->http, what(), repository_->parts().loop().Now());
    co_return std::unexpected(Inside(std::move(error)));
  }
  const std::string& body = answer->http.body;
  if (ComputeDigest(document.config.algorithm(), body) != document.config) {
    Error error{Errc::corruption, "the bytes are not those of its digest"};
    co_return std::unexpected(BadAnswer(Asked::blob, std::move(error), what()));
  }
  Result<void> read = ReadConfig(body, document.facts);
  if (!read.has_value()) co_return std::unexpected(BadAnswer(Asked::blob, std::move(read.error()), what()));
  co_return FetchResult<void>();
}

Task<FetchResult<ManifestDocument>> ImageFetch::Resolve(std::string reference, bool outermost) {
  const Digest asked = Digest::Parse(reference).value_or(Digest());
  ManifestDocument document;
  bool is_known = false;
  if (!asked.empty()) {
    std::optional<ManifestFacts> facts = co_await Known(asked);
    is_known = facts.has_value();
    if (is_known) document.facts = std::move(*facts);
  }
  if (!is_known) {
    FetchResult<FetchedManifest> fetched = co_await GetManifest(repository_, reference, stop_);
    if (fetched.has_value() || WasSent(fetched.error())) ++out_.manifest_gets;
    if (!fetched.has_value()) co_return std::unexpected(std::move(fetched.error()));
    document = std::move(fetched->document);
    if (outermost) out_.announced = fetched->announced;
    if (asked.empty()) {
      std::optional<ManifestFacts> facts = co_await Known(document.facts.digest);
      is_known = facts.has_value();
      if (is_known) document.facts = std::move(*facts);
    }
  }
  if (is_known) {
    document.config = Digest();
    document.children = document.facts.children;
  }
  if (document.NeedsConfig()) {
    FetchResult<void> added = co_await AddConfig(document);
    if (!added.has_value()) co_return std::unexpected(std::move(added.error()));
  }
  co_return document;
}

Task<FetchResult<std::string>> ImageFetch::Try(const ChildManifest& candidate, bool certain, int depth) {
  std::string reference = candidate.digest.ToString();
  FetchResult<ManifestDocument> child = co_await Resolve(reference, false);
  if (!child.has_value()) co_return std::unexpected(Inside(std::move(child.error())));
  ManifestFacts& facts = child->facts;
  // Where a config does not say its platform, the index does.
  if (!facts.IsIndex() && facts.platform.empty()) facts.platform = candidate.platform;
  out_.facts.push_back(facts);
  if (facts.IsIndex()) {
    FetchResult<std::string> reason = co_await Descend(*child, depth + 1);
    co_return reason;
  }
  if (!facts.excluded_reason.empty()) co_return facts.excluded_reason;
  if (certain || IsWanted(facts.platform, repository_->shared->platforms)) co_return std::string();
  co_return "an image for " + facts.platform.ToString();
}

Task<FetchResult<std::string>> ImageFetch::Descend(const ManifestDocument& index, int depth) {
  const PlatformChoice choice = ChooseChild(index.children, repository_->shared->platforms);
  if (!choice.candidates.empty() && depth > kMaxIndexDepth) co_return std::string("indexes nested too deep");
  for (const ChildManifest& candidate : choice.candidates) {
    if (out_.manifest_gets >= kMaxManifestGets) break;
    FetchResult<std::string> reason = co_await Try(candidate, choice.certain, depth);
    if (!reason.has_value() || reason->empty() || choice.certain) co_return reason;
  }
  co_return choice.excluded_reason;
}

Task<FetchResult<FetchedImage>> ImageFetch::Run(std::string reference) {
  FetchResult<ManifestDocument> outermost = co_await Resolve(reference, true);
  if (!outermost.has_value()) co_return std::unexpected(std::move(outermost.error()));
  out_.digest = outermost->facts.digest;
  out_.excluded_reason = outermost->facts.excluded_reason;
  out_.facts.push_back(outermost->facts);
  if (outermost->facts.IsIndex()) {
    FetchResult<std::string> reason = co_await Descend(*outermost, 1);
    if (!reason.has_value()) {
      FetchError error = std::move(reason.error());
      error.error = std::move(error.error).WithContext(NameOf(Asked::manifest, *repository_, reference));
      co_return std::unexpected(std::move(error));
    }
    out_.excluded_reason = std::move(*reason);
  }
  co_return std::move(out_);
}

}  // namespace

http::Task<FetchResult<FetchedImage>> FetchImage(RemoteRepositoryPtr repository, std::string reference,
                                                 Client::KnownFacts known, std::stop_token stop) {
  ImageFetch fetch(std::move(repository), std::move(known), std::move(stop));
  FetchResult<FetchedImage> image = co_await fetch.Run(reference);
  if (!image.has_value()) {
    image.error().manifest_gets = fetch.so_far().manifest_gets;
    image.error().blob_gets = fetch.so_far().blob_gets;
  }
  co_return image;
}

}  // namespace larder
