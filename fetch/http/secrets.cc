#include "http/secrets.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "http/ascii.h"
#include "http/base64.h"
#include "http/form.h"
#include "http/session.h"

namespace larder::http {
namespace {

constexpr std::size_t kShort = 4;
constexpr std::size_t kLong = 24;
constexpr std::size_t kBeginning = 12;

bool NamesASecret(std::string_view name) {
  const std::string lower = LowerCase(name);
  constexpr std::string_view kWords[] = {"token", "secret", "password", "assertion", "signature"};
  const auto is_in = [&lower](std::string_view word) { return lower.find(word) != std::string::npos; };
  return lower == "sig" || std::ranges::any_of(kWords, is_in);
}

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string PercentDecode(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escape = text[i] == '%' && i + 2 < text.size() && HexDigit(text[i + 1]) >= 0;
    const int low = escape ? HexDigit(text[i + 2]) : -1;
    if (low < 0) {
      decoded += text[i] == '+' ? ' ' : text[i];
      continue;
    }
    decoded += static_cast<char>(HexDigit(text[i + 1]) * 16 + low);
    i += 2;
  }
  return decoded;
}

void AddFields(std::string_view form, std::vector<std::string>& secrets) {
  while (!form.empty()) {
    const std::size_t end = std::min(form.find('&'), form.size());
    const std::string_view field = form.substr(0, end);
    form.remove_prefix(std::min(end + 1, form.size()));
    const std::size_t equals = std::min(field.find('='), field.size());
    if (equals == field.size() || !NamesASecret(field.substr(0, equals))) continue;
    secrets.push_back(PercentDecode(field.substr(equals + 1)));
  }
}

void AddAuthorization(std::string_view value, std::vector<std::string>& secrets) {
  const std::size_t space = value.find(' ');
  const std::string_view shown = space == std::string_view::npos ? value : value.substr(space + 1);
  secrets.emplace_back(shown);
  if (space == std::string_view::npos || LowerCase(value.substr(0, space)) != "basic") return;
  const auto pair = DecodeBase64(shown);
  if (!pair) return;
  if (const std::size_t colon = pair->find(':'); colon != std::string::npos) secrets.push_back(pair->substr(colon + 1));
}

template <class Escape>
std::string Escaped(std::string_view text, Escape escape) {
  std::string escaped;
  for (const char c : text) {
    const std::string_view instead = escape(c);
    if (instead.empty()) {
      escaped += c;
    } else {
      escaped += instead;
    }
  }
  return escaped;
}

// One way of writing HTML: its '"' and its '\''.
struct Quotes {
  std::string_view twofold, single;
};
constexpr Quotes kHtmlQuotes[] = {
    {"&quot;", ""}, {"&quot;", "&#x27;"}, {"&quot;", "&#39;"}, {"&quot;", "&#039;"}, {"&#34;", "&#39;"}};

std::string_view InHtml(char c, const Quotes& quotes) {
  switch (c) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return quotes.twofold;
    case '\'':
      return quotes.single;
    default:
      return {};
  }
}

std::string_view InJson(char c) {
  switch (c) {
    case '"':
      return "\\\"";
    case '\\':
      return "\\\\";
    default:
      return {};
  }
}

std::string_view InJsonWithSlashes(char c) { return c == '/' ? "\\/" : InJson(c); }

// As Go writes it.
std::string_view InJsonForHtml(char c) {
  switch (c) {
    case '&':
      return "\\u0026";
    case '<':
      return "\\u003c";
    case '>':
      return "\\u003e";
    default:
      return InJson(c);
  }
}

std::string WithLowerHex(std::string encoded) {
  for (std::size_t at = encoded.find('%'); at != std::string::npos; at = encoded.find('%', at + 1)) {
    for (std::size_t i = at + 1; i < at + 3; ++i) {
      if (encoded[i] >= 'A' && encoded[i] <= 'F') encoded[i] = static_cast<char>(encoded[i] - 'A' + 'a');
    }
  }
  return encoded;
}

std::string WithPlus(std::string encoded) {
  for (std::size_t at = encoded.find("%20"); at != std::string::npos; at = encoded.find("%20", at + 1)) {
    encoded.replace(at, 3, "+");
  }
  return encoded;
}

// Each once.
std::vector<std::string> SpellingsOf(const std::string& secret) {
  std::vector<std::string> spellings = {secret};
  const auto add = [&spellings](std::string spelling) {
    if (std::ranges::find(spellings, spelling) == spellings.end()) spellings.push_back(std::move(spelling));
  };
  const std::string percent = PercentEncode(secret);
  for (const std::string& encoded : {percent, WithLowerHex(percent)}) {
    add(encoded);
    add(WithPlus(encoded));
  }
  for (const Quotes& quotes : kHtmlQuotes) {
    add(Escaped(secret, [&quotes](char c) { return InHtml(c, quotes); }));
  }
  for (const auto escape : {InJson, InJsonWithSlashes, InJsonForHtml}) add(Escaped(secret, escape));
  return spellings;
}

bool IsWord(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

bool StandsAlone(std::string_view text, std::size_t at, std::size_t size) {
  return (at == 0 || !IsWord(text[at - 1])) && (at + size == text.size() || !IsWord(text[at + size]));
}

void Replace(std::string& text, std::string_view secret) {
  if (secret.empty()) return;
  const std::string_view wanted = secret.size() < kLong ? secret : secret.substr(0, kBeginning);
  std::string kept;
  std::string_view rest = text;
  for (std::size_t at = rest.find(wanted); at != std::string_view::npos; at = rest.find(wanted)) {
    std::size_t size = wanted.size();
    while (size < secret.size() && at + size < rest.size() && rest[at + size] == secret[size]) ++size;
    const bool is_it = secret.size() >= kShort || StandsAlone(rest, at, size);
    kept.append(rest.substr(0, at)).append(is_it ? std::string_view("***") : rest.substr(at, size));
    rest.remove_prefix(at + size);
  }
  text = kept.append(rest);
}

}  // namespace

std::vector<std::string> SecretsOf(const Request& request) {
  std::vector<std::string> secrets;
  for (const Header& header : request.headers) {
    if (SameIgnoringCase(header.name, "Authorization")) {
      AddAuthorization(header.value, secrets);
    } else if (NamesASecret(header.name)) {
      secrets.push_back(header.value);
    }
  }
  if (const std::size_t query = request.url.find('?'); query != std::string::npos) {
    AddFields(std::string_view(request.url).substr(query + 1), secrets);
  }
  AddFields(request.body, secrets);
  if (request.aws) secrets.push_back(request.aws->secret_key);
  return secrets;
}

std::string WithoutSecrets(std::string_view text, std::span<const std::string> secrets) {
  if (text.empty()) return {};
  std::string clean(text);
  for (const std::string& secret : secrets) {
    for (const std::string& spelling : SpellingsOf(secret)) Replace(clean, spelling);
  }
  return clean;
}

}  // namespace larder::http
