// A source that keeps a credential a key: what Google's and Azure's have in common.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "clouds/cloud_http.h"
#include "clouds/kept_credential.h"
#include "larder/credential_source.h"
#include "larder/log.h"

namespace larder {

// What a registry's host shares its credential with; "": the host is not this source's.
using KeyOf = std::function<std::string(const std::string& host)>;
// On the loop.
using FetchFor = std::function<http::Task<KeptCredential::Fetched>(const std::string& key, std::stop_token stop)>;

std::shared_ptr<CredentialSource> MakeKeptSource(CloudHttp http, KeyOf key_of, FetchFor fetch_for, Log log);

}  // namespace larder
