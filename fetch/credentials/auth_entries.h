// The `auths` of a docker config, or the bare map of a .dockercfg, once parsed as JSON.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "json/json.h"
#include "larder/credentials.h"
#include "larder/error.h"

namespace larder {

// As ParseCredentials, from the parsed document.
Result<Credentials> ReadAuthEntries(std::string_view provenance, const json::Value& document,
                                    std::vector<std::string>* warnings);

// The document, with an error that names the provenance and the place, and nothing of the text.
Result<json::Document> ParseCredentialDocument(std::string_view provenance, std::string_view text);

}  // namespace larder
