// A Client's calls as tasks.
#pragma once

#include "http/task.h"
#include "larder/client.h"

namespace larder::refresh {

inline http::Task<FetchResult<HeadResult>> AskHead(Client& client, std::string reference, Digest known,
                                                   std::stop_token stop) {
  using Done = http::Callback<FetchResult<HeadResult>>::Done;
  std::function<void(Done)> start = [&](Done done) { client.Head(reference, known, stop, std::move(done)); };
  http::Callback<FetchResult<HeadResult>> callback(start);
  FetchResult<HeadResult> result = co_await callback;
  co_return result;
}

inline http::Task<FetchResult<FetchedImage>> AskManifest(Client& client, std::string reference,
                                                         Client::KnownFacts known, std::stop_token stop) {
  using Done = http::Callback<FetchResult<FetchedImage>>::Done;
  std::function<void(Done)> start = [&](Done done) { client.Manifest(reference, known, stop, std::move(done)); };
  http::Callback<FetchResult<FetchedImage>> callback(start);
  FetchResult<FetchedImage> result = co_await callback;
  co_return result;
}

// `page` gets each page as it arrives.
inline http::Task<FetchResult<TagsSummary>> AskTags(Client& client, Client::OnPage page, std::stop_token stop) {
  using Done = http::Callback<FetchResult<TagsSummary>>::Done;
  std::function<void(Done)> start = [&](Done done) { client.Tags(stop, page, std::move(done)); };
  http::Callback<FetchResult<TagsSummary>> callback(start);
  FetchResult<TagsSummary> result = co_await callback;
  co_return result;
}

}  // namespace larder::refresh
