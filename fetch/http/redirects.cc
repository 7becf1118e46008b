#include "http/redirects.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "http/ascii.h"
#include "http/transfer.h"

namespace larder::http {

namespace {

// What another host may know: not Authorization, not a cloud's tokens, nothing that we do not know.
bool GoesAlong(const Header& header) {
  constexpr std::array<std::string_view, 6> kHarmless = {"accept",        "accept-language",   "user-agent",
                                                         "if-none-match", "if-modified-since", "range"};
  return std::ranges::any_of(kHarmless, [&](std::string_view name) { return SameIgnoringCase(name, header.name); });
}

void BecomeGet(Request& request) {
  if (request.method != Method::head) request.method = Method::get;
  request.body.clear();
  request.aws.reset();
  std::erase_if(request.headers, [](const Header& header) { return SameIgnoringCase(header.name, "content-type"); });
}

}  // namespace

Result<Url> Redirects::Follow(Request& request, const Url& from, const Response& response) {
  const std::string what = std::string(MethodName(request.method)) + " " + from.Redacted() + ": ";
  seen_.insert(from.ToString());
  if (++count_ > kMaxRedirects) {
    return Fail(Errc::unavailable, what + "redirected more than " + std::to_string(kMaxRedirects) + " times");
  }
  Result<Url> to = from.Resolve(EscapeUnsafe(response.Find("location").value_or("")));
  if (!to.has_value()) {
    return Fail(Errc::permission_denied, what + "redirected to what cannot be asked: " + to.error().message);
  }
  const bool keeps_method = response.status == 307 || response.status == 308;
  const bool has_body = request.method == Method::post || request.method == Method::put;
  if (has_body && !keeps_method) BecomeGet(request);
  if (response.status == 303) BecomeGet(request);
  if (!seen_.insert(to->ToString()).second) {
    return Fail(Errc::unavailable, what + "redirected in a circle, to " + to->Redacted());
  }
  if (!to->SameOrigin(from)) {
    if (has_body && keeps_method) {
      return Fail(Errc::permission_denied, what + "redirected to another host, " + to->Origin() +
                                               ", which does not get what was meant for this one");
    }
    std::erase_if(request.headers, [](const Header& header) { return !GoesAlong(header); });
    request.aws.reset();
    request.cost = Cost::free;  // it was counted where it was asked
  }
  return to;
}

}  // namespace larder::http
