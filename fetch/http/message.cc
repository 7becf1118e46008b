#include <utility>

#include "http/ascii.h"
#include "http/session.h"

namespace larder::http {

Request::Request() = default;
Request::Request(Method how, std::string where) : method(how), url(std::move(where)) {}

Response::Response() = default;

Pass::Pass() = default;
Pass::Pass(Time when, Cost what) : entered(when), cost(what) {}

std::optional<Result<Pass>> Gate::TryEnter(const std::string&, Lane, Cost) { return std::nullopt; }

std::optional<std::string_view> Response::Find(std::string_view name) const {
  for (const Header& header : headers) {
    if (SameIgnoringCase(header.name, name)) return header.value;
  }
  return std::nullopt;
}

std::vector<std::string_view> Response::FindAll(std::string_view name) const {
  std::vector<std::string_view> values;
  for (const Header& header : headers) {
    if (SameIgnoringCase(header.name, name)) values.push_back(header.value);
  }
  return values;
}

}  // namespace larder::http
