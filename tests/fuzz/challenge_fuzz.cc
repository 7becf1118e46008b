// WWW-Authenticate values from a hostile registry. Any text is a seed.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "auth/challenge.h"
#include "auth/realm.h"
#include "auth/scope.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view header(reinterpret_cast<const char*>(data), size);
  const auto challenges = larder::ParseChallenges(header);
  if (challenges.size() > larder::kMaxChallenges) std::abort();
  const auto registry = larder::http::Url::Parse("https://registry.example.com/v2/");
  std::size_t bytes = 0;
  for (const larder::Challenge& challenge : challenges) {
    if (challenge.parameters.size() > larder::kMaxChallengeParameters) std::abort();
    bytes += challenge.scheme.size();
    for (const auto& [name, value] : challenge.parameters) bytes += name.size() + value.size();
    larder::NamesOtherResource(challenge.Scope(), "repository:team/app:pull");
    const auto realm = larder::ResolveRealm(challenge.Find("realm"), *registry);
    if (!realm.has_value()) continue;
    const auto safe = larder::RealmForCredential(*realm, *registry);
    if (safe.has_value() && safe->scheme != "https") std::abort();
  }
  if (bytes > size) std::abort();
  return 0;
}
