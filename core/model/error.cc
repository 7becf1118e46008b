#include "larder/error.h"

namespace larder {

std::string_view ErrcName(Errc code) {
  switch (code) {
    case Errc::not_found:
      return "not_found";
    case Errc::invalid_argument:
      return "invalid_argument";
    case Errc::unavailable:
      return "unavailable";
    case Errc::rate_limited:
      return "rate_limited";
    case Errc::permission_denied:
      return "permission_denied";
    case Errc::corruption:
      return "corruption";
    case Errc::too_large:
      return "too_large";
    case Errc::unsupported:
      return "unsupported";
    case Errc::already_exists:
      return "already_exists";
    case Errc::cancelled:
      return "cancelled";
  }
  return "unknown";
}

Error Error::WithContext(std::string_view context) && {
  std::string text(context);
  if (!message.empty()) {
    text += ": ";
    text += message;
  }
  message = std::move(text);
  return std::move(*this);
}

std::string Error::ToString() const {
  std::string text(ErrcName(code));
  if (!message.empty()) {
    text += ": ";
    text += message;
  }
  return text;
}

}  // namespace larder
