// The characters that each part of a reference may hold (distribution specification, docker's reference grammar).
#pragma once

#include <string_view>

namespace larder {

// [a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*, the same again after each slash.
bool IsValidPath(std::string_view path);

// Names of letters (either case), digits and inner dashes joined by dots, or an IPv6 address in brackets; then
// optionally a port from 1 to 65535.
bool IsValidHost(std::string_view host);

// True where the first component of a name of two is a host, not a user of Docker Hub.
bool LooksLikeHost(std::string_view component);

}  // namespace larder
