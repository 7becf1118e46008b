#include "clouds/metadata.h"

#include <utility>

#include "larder/cloud_credentials.h"

namespace larder {

http::Task<Result<http::Response>> MetadataService::Ask(std::shared_ptr<MetadataService> self, http::Request request,
                                                        std::stop_token stop) {
  if (self->http_.timers().Now() < self->rest_until_) {
    co_return Fail(Errc::not_found, "the metadata service " + self->base_ + " did not answer and is left alone until " +
                                        FormatTime(self->rest_until_));
  }
  Result<http::Response> response = co_await self->http_.Send(std::move(request), std::move(stop));
  if (response) {
    self->answered_ = true;
    co_return response;
  }
  if (response.error().code == Errc::cancelled) co_return response;
  self->rest_until_ = self->http_.timers().Now() + kMetadataRest;
  co_return Fail(Errc::not_found, "no metadata service: " + response.error().message);
}

}  // namespace larder
