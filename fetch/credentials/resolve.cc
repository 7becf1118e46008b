#include "credentials/resolve.h"

#include <utility>

namespace larder {

http::Task<CredentialSource::Answer> AskSource(std::shared_ptr<CredentialSource> source, ImageName name, http::Timers& timers,
                                               std::stop_token stop) {
  auto start = [&](http::Callback<CredentialSource::Answer>::Done done) {
    source->CredentialFor(name, stop, [done = std::move(done), &timers](CredentialSource::Answer answer) {
      timers.Post([done, answer = std::move(answer)]() mutable { done(std::move(answer)); });
    });
  };
  http::Callback<CredentialSource::Answer> callback(start);
  CredentialSource::Answer answer = co_await callback;
  co_return answer;
}

}  // namespace larder
