// Asking for one manifest: by HEAD what it is, by GET the document.
#pragma once

#include <stop_token>
#include <string>

#include "http/task.h"
#include "larder/client.h"
#include "registry/manifest_document.h"
#include "registry/remote_repository.h"

namespace larder {

struct FetchedManifest {
  FetchedManifest() = default;
  ManifestDocument document;
  Digest announced;        // of the Docker-Content-Digest header; empty where there is none that can be read
  std::string media_type;  // of Content-Type, without parameters
  std::uint64_t size = 0;  // of the body
};

// Where `reference` is a digest, the document's must be that very one: anything else is corruption.
http::Task<FetchResult<FetchedManifest>> GetManifest(RemoteRepositoryPtr repository, std::string reference,
                                                     std::stop_token stop);

// Where the host is known not to answer HEAD, or answers it with 405, 501 or a 404 that was not yet seen to be honest,
// the manifest is fetched instead, unless it still is the `known` one (If-None-Match); where that works, the host is
// not asked by HEAD again for 24 hours.
http::Task<FetchResult<HeadResult>> HeadManifest(RemoteRepositoryPtr repository, std::string reference, Digest known,
                                                 std::stop_token stop);

}  // namespace larder
