// Clients of real registries: the distribution API over HTTP.
#pragma once

#include <memory>

#include "larder/api.h"
#include "larder/client.h"
#include "larder/network.h"
#include "larder/platform.h"

namespace LARDER_API larder {

struct RemoteOptions {
  // Which image to take of an index, best first; empty: the first that there is.
  PlatformPreference platforms = DefaultPlatforms();
};

// Its clients ask on the network's thread, and call back there. Both the factory and its clients may be used and
// destroyed on any thread; `network` must outlive them. A client that is destroyed on another thread waits for the
// network's thread to end its calls.
std::unique_ptr<ClientFactory> MakeRemoteClientFactory(Network& network, RemoteOptions options);

}  // namespace larder
