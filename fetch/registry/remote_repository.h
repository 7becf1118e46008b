// One repository on its registry, as everything that asks for it sees it.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "http/session.h"
#include "larder/credentials.h"
#include "larder/image_ref.h"
#include "larder/platform.h"
#include "registry/network_parts.h"

namespace larder {

// What all clients of a factory learn together. Touched on the loop's thread only.
struct RemoteShared {
  RemoteShared(Network::Parts& network_parts, PlatformPreference wanted)
      : parts(network_parts), platforms(std::move(wanted)) {}
  Network::Parts& parts;
  const PlatformPreference platforms;
  std::set<std::string, std::less<>> head_proven;  // hosts that answered a HEAD of a manifest
  std::set<std::string, std::less<>> told;         // Warning headers that were logged, with their host
  std::set<std::string, std::less<>> asked_as;     // who registries are asked as, as logged
};

// Held by each call in flight, so that a client may go before its calls have ended.
struct RemoteRepository {
  RemoteRepository(std::shared_ptr<RemoteShared> with, ImageName image_name, std::optional<Credential> with_credential,
                   http::Lane with_lane)
      : shared(std::move(with)),
        name(std::move(image_name)),
        host(RateLimiters::ApiHost(name)),
        path(name.Repository()),
        credential(std::move(with_credential)),
        lane(with_lane) {}

  Network::Parts& parts() const { return shared->parts; }

  const std::shared_ptr<RemoteShared> shared;
  const ImageName name;
  const std::string host;  // what is asked: "registry-1.docker.io"
  const std::string path;  // "library/alpine"
  const std::optional<Credential> credential;
  const http::Lane lane;
};

using RemoteRepositoryPtr = std::shared_ptr<const RemoteRepository>;

}  // namespace larder
