// The scopes of tokens: what is asked for, and whether a challenge asks for something else.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "auth/authorizer.h"

namespace larder {

// "repository:library/alpine:pull"; "" without a repository. Hosts of Azure want metadata_read for a listing of tags.
std::string OwnScope(std::string_view host, const AuthContext& context);

// True where `challenge` names other resources than `own`: the registry knows the repository by another name or kind
// (a proxy that rewrites, an artifact repository). Another set of actions on the same is no difference, and neither is
// GHCR's placeholder.
bool NamesOtherResource(std::string_view challenge, std::string_view own);

}  // namespace larder
