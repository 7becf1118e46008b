#include "failure.h"

#include <ostream>

namespace larder::tool {

Exit CodeOf(const Error& error) {
  switch (error.code) {
    case Errc::invalid_argument:
      return Exit::usage;
    case Errc::not_found:
    case Errc::unsupported:
    case Errc::already_exists:
    case Errc::cancelled:
      return Exit::no;
    case Errc::unavailable:
    case Errc::rate_limited:
    case Errc::permission_denied:
    case Errc::corruption:
    case Errc::too_large:
      break;
  }
  return Exit::no_answer;
}

std::string_view AdviceFor(const Error& error) {
  switch (error.code) {
    case Errc::permission_denied:
      return "check the credentials for that host in ~/.docker/config.json, or name a file with --docker-config";
    case Errc::rate_limited:
      return "the registry limits requests; log in for a higher limit, or come back later";
    default:
      return {};
  }
}

Exit Report(const Console& console, const Error& error, std::string_view advice) {
  *console.err << "larder: " << (error.message.empty() ? std::string(ErrcName(error.code)) : error.message) << '\n';
  if (error.retry_at.has_value()) *console.err << "  not before " << FormatTime(*error.retry_at) << '\n';
  if (advice.empty()) advice = AdviceFor(error);
  if (!advice.empty()) *console.err << "  " << advice << '\n';
  return CodeOf(error);
}

}  // namespace larder::tool
