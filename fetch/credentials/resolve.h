// Asking a CredentialSource from a coroutine.
#pragma once

#include <memory>
#include <optional>
#include <stop_token>

#include "http/task.h"
#include "http/timers.h"
#include "larder/credential_source.h"

namespace larder {

// On the loop's thread, whatever thread the source answers on. `timers` must outlive the source's answer.
http::Task<CredentialSource::Answer> AskSource(std::shared_ptr<CredentialSource> source, ImageName name, http::Timers& timers,
                                               std::stop_token stop);

}  // namespace larder
