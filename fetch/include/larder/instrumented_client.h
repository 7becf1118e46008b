// Clients that tell how long each question took.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>

#include "larder/api.h"
#include "larder/client.h"

namespace LARDER_API larder {

enum class FetchKind : std::uint8_t { tags, head, metadata };  // metadata: a manifest and what is behind it

// Called when an answer is there, on the clients' thread. The time includes waiting for the host's limits.
using FetchObserver = std::function<void(FetchKind kind, bool success, std::chrono::nanoseconds took)>;

// `next` must outlive it and its clients.
class InstrumentedClientFactory final : public ClientFactory {
 public:
  InstrumentedClientFactory(ClientFactory& next, FetchObserver observer)
      : next_(next), observer_(std::move(observer)) {}
  Result<std::unique_ptr<Client>> ClientFor(const ImageName& name, const Credentials& credentials,
                                            Urgency urgency) override;
  void Succeed(const ImageName& name) override { next_.Succeed(name); }

 private:
  ClientFactory& next_;
  FetchObserver observer_;
};

}  // namespace larder
