// Where a redirect leads, and what of the request may go there.
#pragma once

#include <set>
#include <string>

#include "http/session.h"
#include "http/url.h"

namespace larder::http {

// Of one request. Rules without network: what an address is, the transfer sees when it connects.
class Redirects {
 public:
  // The URL that `response` (a redirect with a Location) to `request` at `from` leads to, and `request` changed to what
  // is sent there. A 303, and a POST that gets 301 or 302, go on as GET without body. Where scheme, host or port
  // change, only headers that say nothing of who asks go along, also in all hops after. permission_denied: not http or
  // https, or a body that would leave its host. unavailable: a loop, too many.
  Result<Url> Follow(Request& request, const Url& from, const Response& response);

  int count() const { return count_; }

 private:
  std::set<std::string> seen_;
  int count_ = 0;
};

}  // namespace larder::http
