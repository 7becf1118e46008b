#include "registry/response_error.h"

#include <string>
#include <utility>

#include "limits/limit_headers.h"
#include "registry/error_body.h"

namespace larder {
namespace {

Blame WhatWasAsked(Asked asked) { return asked == Asked::tag_list ? Blame::repository : Blame::tag; }

struct Verdict {
  Errc code;
  Blame blame;
};

Verdict Judge(Asked asked, int status, const ErrorBody& body) {
  if (status == 429 || body.code == "TOOMANYREQUESTS") return {Errc::rate_limited, Blame::limit};
  if (status == 401 || status == 403) return {Errc::permission_denied, Blame::credential};
  if (status == 404 || status == 410) return {Errc::not_found, WhatWasAsked(asked)};
  const bool server = status >= 500 || status == 407 || status == 408;
  if (server || status < 400) return {Errc::unavailable, Blame::host};
  return {Errc::unsupported, WhatWasAsked(asked)};
}

}  // namespace

FetchError RefusedBy(Asked asked, const http::Response& response, std::string_view what, Time now) {
  const ErrorBody body = ReadErrorBody(response.body, response.Find("Content-Type").value_or(""), response.secrets);
  const Verdict verdict = Judge(asked, response.status, body);
  std::string message = std::string(what) + ": the registry answers " + std::to_string(response.status);
  if (const std::string text = body.ToString(); !text.empty()) message += ", " + text;
  FetchError error{Error{verdict.code, std::move(message)}, verdict.blame, response.status};
  if (verdict.code == Errc::rate_limited || verdict.code == Errc::unavailable) {
    error.error.retry_at = ReadLimitHeaders(response, now).retry_at;
  }
  return error;
}

FetchError Unanswered(Asked asked, Error error, std::string_view what) {
  Blame blame = Blame::host;
  switch (error.code) {
    case Errc::cancelled:
      blame = Blame::none;
      break;
    case Errc::rate_limited:
      blame = Blame::limit;
      break;
    case Errc::permission_denied:
      blame = Blame::credential;
      break;
    case Errc::too_large:
    case Errc::invalid_argument:
    case Errc::corruption:
      blame = WhatWasAsked(asked);
      break;
    default:
      break;
  }
  return FetchError{std::move(error).WithContext(what), blame, 0};
}

FetchError BadAnswer(Asked asked, Error error, std::string_view what) {
  return FetchError{std::move(error).WithContext(what), WhatWasAsked(asked), 200};
}

}  // namespace larder
