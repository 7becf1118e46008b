// What AWS's services answer, and the metadata services in its place.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "clouds/kept_credential.h"
#include "larder/error.h"
#include "larder/time.h"

namespace larder {

struct AwsKeys {
  AwsKeys();
  std::string access_key, secret_key;
  std::string session_token;  // "" for keys of a user
  std::string from;           // for people: "AWS_ACCESS_KEY_ID"
};

// The text of the first element of that name without attributes; nullopt where there is none. Not for texts with
// entities: none of those that are looked for here has any.
std::optional<std::string_view> XmlText(std::string_view document, std::string_view element);

// Of an instance's or a container's metadata: AccessKeyId, SecretAccessKey, Token. unavailable: no keys in it.
Result<AwsKeys> ReadMetadataKeys(std::string_view json);
// Of AssumeRoleWithWebIdentity, in XML.
Result<AwsKeys> ReadStsKeys(std::string_view xml);

// Of GetAuthorizationToken: ECR's list or ECR Public's object. The token lives until it says, kMaxEcrTokenLife after
// `now` at most. unavailable: no token in it.
Result<FetchedCredential> ReadEcrToken(std::string_view json, Time now);

}  // namespace larder
