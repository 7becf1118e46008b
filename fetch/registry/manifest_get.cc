#include "registry/manifest_get.h"

#include <charconv>
#include <utility>

#include "larder/refresh_rules.h"
#include "registry/api_request.h"
#include "registry/digest_of.h"
#include "registry/media_type.h"
#include "registry/printable.h"

namespace larder {
namespace {

std::uint64_t ContentLength(const http::Response& response) {
  const std::string_view text = response.Find("Content-Length").value_or("");
  std::uint64_t length = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), length);
  return error == std::errc() && end == text.data() + text.size() ? length : 0;
}

// What the answer says its digest is. Where Docker's header is missing an ETag that is a digest will do: registries
// that send one make it from the digest.
Digest AnnouncedDigest(const http::Response& response) {
  if (const auto header = response.Find("Docker-Content-Digest"); header.has_value()) {
    return Digest::Parse(*header).value_or(Digest());
  }
  std::string_view etag = response.Find("ETag").value_or("");
  if (etag.starts_with('"') && etag.ends_with('"') && etag.size() > 1) etag = etag.substr(1, etag.size() - 2);
  return Digest::Parse(etag).value_or(Digest());
}

// The body as it came, read and checked against what is known of it.
Result<FetchedManifest> ReadAnswer(const http::Response& response, const Digest& asked) {
  FetchedManifest fetched;
  const std::string_view content_type = response.Find("Content-Type").value_or("");
  fetched.announced = AnnouncedDigest(response);
  fetched.media_type = WithoutParameters(content_type);
  fetched.size = response.body.size();
  const std::uint64_t length = ContentLength(response);
  if (length != 0 && length != fetched.size && !response.Find("Content-Encoding").has_value()) {
    return Fail(Errc::corruption,
                "it has " + std::to_string(fetched.size) + " bytes, and Content-Length says " + std::to_string(length));
  }
  const Digest& model = asked.empty() ? fetched.announced : asked;
  const DigestAlgorithm algorithm = model.empty() ? DigestAlgorithm::sha256 : model.algorithm();
  auto document = ReadManifest(content_type, response.body, algorithm);
  if (!document.has_value()) return std::unexpected(std::move(document.error()));
  fetched.document = std::move(*document);
  if (!asked.empty() && fetched.document.facts.digest != asked) {
    return Fail(Errc::corruption,
                "the bytes are not those of its digest, but of " + fetched.document.facts.digest.ToString());
  }
  return fetched;
}

HeadResult ReadHead(const http::Response& response) {
  HeadResult head;
  head.digest = AnnouncedDigest(response);
  head.media_type = WithoutParameters(response.Find("Content-Type").value_or(""));
  head.size = ContentLength(response);
  return head;
}

FetchResult<FetchedManifest> ReadManifestAnswer(const RemoteRepository& repository, const std::string& reference,
                                                const http::Response& response) {
  const auto what = [&] { return NameOf(Asked::manifest, repository, reference); };
  if (response.status != 200) {
    return std::unexpected(RefusedBy(Asked::manifest, response, what(), repository.parts().loop().Now()));
  }
  const Digest asked = Digest::Parse(reference).value_or(Digest());
  Result<FetchedManifest> fetched = ReadAnswer(response, asked);
  if (!fetched.has_value()) return std::unexpected(BadAnswer(Asked::manifest, std::move(fetched.error()), what()));
  return std::move(*fetched);
}

// What a HEAD would answer, of a host that answers none.
http::Task<FetchResult<HeadResult>> HeadByGet(RemoteRepositoryPtr repository, std::string reference, Digest known,
                                              std::stop_token stop) {
  ApiRequest request(http::Method::get, Asked::manifest, "manifests/" + reference);
  request.known = known;
  FetchResult<ApiResponse> answer = co_await Ask(repository, request, stop);
  if (!answer.has_value()) {
    FetchError error = std::move(answer.error());
    error.manifest_gets = WasSent(error) ? 1 : 0;
    co_return std::unexpected(std::move(error));
  }
  HeadResult head;
  head.manifest_gets = 1;
  if (answer->http.status == 304 && !known.empty()) {
    head.digest = AnnouncedDigest(answer->http);
    if (head.digest.empty()) head.digest = std::move(known);
    co_return head;
  }
  FetchResult<FetchedManifest> fetched = ReadManifestAnswer(*repository, reference, answer->http);
  if (!fetched.has_value()) {
    FetchError error = std::move(fetched.error());
    error.manifest_gets = 1;
    co_return std::unexpected(std::move(error));
  }
  head.digest = fetched->document.facts.digest;
  head.media_type = std::move(fetched->media_type);
  head.size = fetched->size;
  co_return head;
}

bool MayMeanNoHead(int status, bool proven) { return status == 405 || status == 501 || (status == 404 && !proven); }

}  // namespace

http::Task<FetchResult<FetchedManifest>> GetManifest(RemoteRepositoryPtr repository, std::string reference,
                                                     std::stop_token stop) {
  ApiRequest request(http::Method::get, Asked::manifest, "manifests/" + reference);
  FetchResult<ApiResponse> answer = co_await Ask(repository, request, stop);
  if (!answer.has_value()) co_return std::unexpected(std::move(answer.error()));
  co_return ReadManifestAnswer(*repository, reference, answer->http);
}

http::Task<FetchResult<HeadResult>> HeadManifest(RemoteRepositoryPtr repository, std::string reference, Digest known,
                                                 std::stop_token stop) {
  const std::string& host = repository->host;
  const bool head_works = repository->parts().limits().HeadWorks(host);
  if (head_works) {
    ApiRequest request(http::Method::head, Asked::manifest, "manifests/" + reference);
    FetchResult<ApiResponse> answer = co_await Ask(repository, request, stop);
    if (!answer.has_value()) co_return std::unexpected(std::move(answer.error()));
    auto& proven = repository->shared->head_proven;
    if (answer->http.status == 200) {
      HeadResult head = ReadHead(answer->http);
      if (!head.digest.empty()) proven.insert(host);
      // Of a host that has sent digests one answer without says nothing; of another, that HEAD is of no use there.
      if (proven.count(host) > 0) co_return head;
    } else if (!MayMeanNoHead(answer->http.status, proven.count(host) > 0)) {
      const std::string what = NameOf(Asked::manifest, *repository, reference);
      co_return std::unexpected(RefusedBy(Asked::manifest, answer->http, what, repository->parts().loop().Now()));
    }
  }
  FetchResult<HeadResult> head = co_await HeadByGet(repository, reference, std::move(known), stop);
  const std::uint32_t heads = head_works ? 1 : 0;
  if (!head.has_value()) {
    head.error().heads = heads;
    co_return head;
  }
  head->heads = heads;
  if (head_works) {
    repository->parts().limits().SetNoHead(host, repository->parts().loop().Now() + kNoHead);
  }
  co_return head;
}

}  // namespace larder
