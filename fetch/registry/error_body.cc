#include "registry/error_body.h"

#include <algorithm>
#include <initializer_list>

#include "http/secrets.h"
#include "json/json.h"
#include "registry/media_type.h"
#include "registry/printable.h"

namespace larder {
namespace {

constexpr std::size_t kMaxCode = 64;

std::string Code(std::string_view text) {
  std::string code;
  for (char c : text.substr(0, kMaxCode)) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    const bool allowed = (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
    if (!allowed) return {};
    code += c;
  }
  return code;
}

using Secrets = std::span<const std::string>;

// As one line; cleaned once more, as a blank of a secret may have been a line break or a tag.
std::string CleanLine(std::string_view clean, Secrets secrets) {
  return Printable(http::WithoutSecrets(Printable(clean, clean.size()), secrets), kMaxErrorMessage);
}

std::string FirstText(const json::Value& object, std::initializer_list<std::string_view> names, Secrets secrets) {
  for (const std::string_view name : names) {
    const std::string clean = http::WithoutSecrets(object[name].text(), secrets);
    if (std::string text = CleanLine(clean, secrets); !text.empty()) return text;
  }
  return {};
}

ErrorBody FromJson(const json::Value& body, Secrets secrets) {
  for (const json::Value& error : body["errors"].items()) {
    ErrorBody read{Code(http::WithoutSecrets(error["code"].text(), secrets)),
                   FirstText(error, {"message", "detail"}, secrets)};
    if (read.message.empty()) read.message = FirstText(error["detail"], {"message"}, secrets);
    if (!read.code.empty() || !read.message.empty()) return read;
  }
  // Token servers (OAuth), AWS, and what products answer by themselves.
  ErrorBody read;
  for (const std::string_view name : {"code", "__type", "error"}) {
    if (read.code.empty()) read.code = Code(http::WithoutSecrets(body[name].text(), secrets));
  }
  read.message = FirstText(body, {"message", "Message", "error_description", "details", "detail", "error"}, secrets);
  if (!read.code.empty() && Code(read.message) == read.code) read.message.clear();
  return read;
}

// The text of a page, without its tags, scripts and styles.
std::string TextOfHtml(std::string_view html) {
  std::string text;
  while (!html.empty()) {
    if (html.front() != '<') {
      const std::size_t end = std::min(html.find('<'), html.size());
      text += html.substr(0, end);
      html.remove_prefix(end);
      continue;
    }
    for (const std::string_view hidden : {"script", "style"}) {
      if (!html.substr(1).starts_with(hidden)) continue;
      const std::size_t end = html.find("</" + std::string(hidden));
      html.remove_prefix(std::min(end, html.size()));
      break;
    }
    html.remove_prefix(std::min(html.find('>'), html.size() - (html.empty() ? 0 : 1)) + (html.empty() ? 0 : 1));
    text += ' ';
  }
  return text;
}

}  // namespace

std::string ErrorBody::ToString() const {
  if (code.empty()) return message;
  return message.empty() ? code : code + ": " + message;
}

ErrorBody ReadErrorBody(std::string_view body, std::string_view content_type, std::span<const std::string> secrets) {
  const std::size_t start = std::min(body.find_first_not_of(" \t\r\n"), body.size());
  const std::string_view trimmed = body.substr(start);
  if (trimmed.starts_with('{') || trimmed.starts_with("\xEF\xBB\xBF")) {
    if (const auto parsed = json::Parse(body); parsed.has_value()) return FromJson(*parsed, secrets);
  }
  const std::string clean = http::WithoutSecrets(trimmed, secrets);
  const bool html = trimmed.starts_with('<') || WithoutParameters(content_type) == "text/html";
  return ErrorBody{{}, CleanLine(html ? TextOfHtml(clean) : clean, secrets)};
}

}  // namespace larder
