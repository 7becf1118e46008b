// Google's source on a network that a test may have made of parts.
#pragma once

#include <memory>

#include "clouds/cloud_http.h"
#include "clouds/kept_credential.h"
#include "larder/cloud_credentials.h"

namespace larder {

// As the public one.
std::shared_ptr<CredentialSource> MakeGoogleSource(CloudHttp http, CloudOptions options);

bool IsGoogleRegistry(std::string_view host);

// Of the metadata service: access_token, expires_in. unavailable: no token in it.
Result<FetchedCredential> ReadGoogleToken(std::string_view json, Time now);

}  // namespace larder
