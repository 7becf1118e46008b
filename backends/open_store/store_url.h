// A store's URL in its parts. What they mean is the engines' business.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "larder/error.h"

namespace larder::open_store {

struct StoreUrl {
  std::string scheme;                          // lower case
  std::string rest;                            // between "scheme:" and '?', %xx and all
  std::map<std::string, std::string> options;  // from the query, decoded

  // invalid_argument: no scheme, a bad %xx, an option without a name or twice.
  static Result<StoreUrl> Parse(std::string_view url);
};

// %xx to bytes. invalid_argument for anything else after a '%', and for a NUL.
Result<std::string> DecodePercent(std::string_view text);

// `rest` as a path in the file system: "/a/b", "a/b", or "///a/b". invalid_argument for none, and for a host ("//a/b").
Result<std::string> PathOf(const StoreUrl& url);

}  // namespace larder::open_store
