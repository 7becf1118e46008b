// Fetching what a tag points at, with everything that is needed to read it.
#pragma once

#include <stop_token>
#include <string>

#include "http/task.h"
#include "larder/client.h"
#include "registry/remote_repository.h"

namespace larder {

// How many manifests one fetch may cost.
inline constexpr std::uint32_t kMaxManifestGets = 8;

// See Client::Manifest. A child or config that the registry does not have is corruption: what was asked for is there,
// and is broken.
http::Task<FetchResult<FetchedImage>> FetchImage(RemoteRepositoryPtr repository, std::string reference,
                                                 Client::KnownFacts known, std::stop_token stop);

}  // namespace larder
