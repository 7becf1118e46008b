// Which addresses belong to the public internet: what a public registry may send us to.
#pragma once

#include <sys/socket.h>

#include <string>

namespace larder::http {

// False for loopback, private, link-local (cloud metadata services), shared, unspecified, multicast and reserved
// addresses, also where IPv6 wraps such an IPv4 one (mapped, NAT64, 6to4), and for what is neither IPv4 nor IPv6.
bool IsPublicAddress(const sockaddr& address);
// The same of "192.0.2.1" or "2001:db8::1"; false for what is no address.
bool IsPublicAddress(const std::string& text);

// An address of this machine only: 127.0.0.0/8 or ::1.
bool IsLoopbackAddress(const std::string& text);

}  // namespace larder::http
