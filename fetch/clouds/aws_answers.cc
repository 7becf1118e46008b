#include "clouds/aws_answers.h"

#include <algorithm>
#include <cmath>

#include "http/ascii.h"
#include "http/base64.h"
#include "json/json.h"
#include "larder/cloud_credentials.h"

namespace larder {
namespace {

// A token that is said to have expired already: the clocks differ.
constexpr Duration kShortestEcrTokenLife = std::chrono::minutes(5);

// What goes into headers and into curl's options.
bool HasPrintableBytes(std::string_view text) { return std::ranges::all_of(text, http::IsVisible); }

Result<AwsKeys> Checked(AwsKeys keys) {
  if (keys.access_key.empty() || keys.secret_key.empty()) return Fail(Errc::unavailable, "the answer holds no keys");
  if (!HasPrintableBytes(keys.access_key) || !HasPrintableBytes(keys.secret_key) ||
      !HasPrintableBytes(keys.session_token)) {
    return Fail(Errc::unavailable, "the answer's keys hold characters that no header may have");
  }
  return keys;
}

Time ExpiryOf(const json::Value& data, Time now) {
  const Time longest = now + kMaxEcrTokenLife;
  const std::optional<double> seconds = data["expiresAt"].AsDouble();
  constexpr double kYear9999 = 253402300799;
  if (!seconds || !std::isfinite(*seconds) || *seconds < 0 || *seconds > kYear9999) return longest;
  const Time said = Time(Duration(static_cast<Duration::rep>(*seconds * 1000)));
  return std::clamp(said, now + kShortestEcrTokenLife, longest);
}

}  // namespace

AwsKeys::AwsKeys() = default;

std::optional<std::string_view> XmlText(std::string_view document, std::string_view element) {
  const std::string open = "<" + std::string(element) + ">";
  const std::size_t begin = document.find(open);
  if (begin == std::string_view::npos) return std::nullopt;
  document.remove_prefix(begin + open.size());
  const std::size_t end = document.find('<');
  if (end == std::string_view::npos || !document.substr(end).starts_with("</" + std::string(element) + ">")) {
    return std::nullopt;
  }
  std::string_view text = document.substr(0, end);
  const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

Result<AwsKeys> ReadMetadataKeys(std::string_view json) {
  const auto document = json::Parse(json);
  if (!document) return Fail(Errc::unavailable, document.error().message);
  AwsKeys keys;
  keys.access_key = (*document)["AccessKeyId"].text();
  keys.secret_key = (*document)["SecretAccessKey"].text();
  keys.session_token = (*document)["Token"].text();
  return Checked(std::move(keys));
}

Result<AwsKeys> ReadStsKeys(std::string_view xml) {
  AwsKeys keys;
  keys.access_key = XmlText(xml, "AccessKeyId").value_or("");
  keys.secret_key = XmlText(xml, "SecretAccessKey").value_or("");
  keys.session_token = XmlText(xml, "SessionToken").value_or("");
  return Checked(std::move(keys));
}

Result<FetchedCredential> ReadEcrToken(std::string_view json, Time now) {
  const auto document = json::Parse(json);
  if (!document) return Fail(Errc::unavailable, document.error().message);
  const json::Value& found = (*document)["authorizationData"];
  const json::Value& data = found.IsArray() && !found.items().empty() ? found.items().front() : found;
  const auto decoded = DecodeBase64(data["authorizationToken"].text());
  const std::size_t colon = decoded ? decoded->find(':') : std::string::npos;
  if (colon == std::string::npos) return Fail(Errc::unavailable, "the answer holds no authorization token");
  FetchedCredential fetched;
  fetched.credential.username = decoded->substr(0, colon);
  fetched.credential.password = decoded->substr(colon + 1);
  fetched.expires = ExpiryOf(data, now);
  return fetched;
}

}  // namespace larder
