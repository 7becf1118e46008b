// A client that outlives its credential: where that ends while a pass goes on, its source is asked again.
#pragma once

#include <chrono>
#include <memory>

#include "http/timers.h"
#include "larder/client.h"
#include "larder/credential_source.h"
#include "larder/credentials.h"

namespace larder {

// A credential that ends within this counts as ended: a request may still wait for its turn.
inline constexpr Duration kCredentialMargin = std::chrono::seconds(5);

// A client of `factory` with `credentials`. Where the one for `name` says when it ends (Credential::expires), `source`
// is asked by the first call after that, once for all calls that come meanwhile, and they go on with what it answers;
// its error ends them, a stop ends its own call at once. Used on the loop's thread only. `factory` and `timers` must
// outlive it and every answer of the source, which may be null: then nothing is renewed.
Result<std::unique_ptr<Client>> MakeRenewingClient(ClientFactory& factory, std::shared_ptr<CredentialSource> source,
                                                   http::Timers& timers, const ImageName& name,
                                                   const Credentials& credentials, Urgency urgency);

}  // namespace larder
