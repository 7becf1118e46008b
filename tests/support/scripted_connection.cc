#include "support/scripted_connection.h"

#include <algorithm>
#include <charconv>
#include <sstream>

#include "support/field_name.h"

namespace larder::testing {

namespace {

std::string_view Trim(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ') || text.ends_with('\r')) text.remove_suffix(1);
  return text;
}

bool ParseHead(const std::string& head, ScriptedRequest& request) {
  std::istringstream lines(head);
  std::string line, version;
  std::getline(lines, line);
  std::istringstream first(line);
  if (!(first >> request.method >> request.target >> version) || !version.starts_with("HTTP/")) return false;
  request.path = request.target.substr(0, request.target.find('?'));
  if (request.path.size() < request.target.size()) request.query = request.target.substr(request.path.size() + 1);
  while (std::getline(lines, line)) {
    const std::size_t colon = line.find(':');
    if (colon == std::string::npos) continue;
    const std::string_view all = line;
    request.headers.emplace_back(all.substr(0, colon), Trim(all.substr(colon + 1)));
  }
  return true;
}

std::size_t BodySize(const ScriptedRequest& request) {
  const std::string text = request.Find("content-length").value_or("0");
  std::size_t size = 0;
  std::from_chars(text.data(), text.data() + text.size(), size);
  return size;
}

}  // namespace

std::optional<std::string> ScriptedRequest::Find(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (SameFieldName(key, name)) return value;
  }
  return std::nullopt;
}

std::optional<ScriptedRequest> ReadRequest(ByteStream& stream, std::string& pending) {
  constexpr std::string_view kEnd = "\r\n\r\n";
  std::size_t end = 0;
  while ((end = pending.find(kEnd)) == std::string::npos) {
    if (!stream.ReadSome(pending)) return std::nullopt;
    if (pending.front() == '\x16') return std::nullopt;  // somebody tries TLS first
  }
  ScriptedRequest request;
  if (!ParseHead(pending.substr(0, end), request)) return std::nullopt;
  pending.erase(0, end + kEnd.size());
  if (request.Find("expect") == "100-continue" && !stream.Write("HTTP/1.1 100 Continue\r\n\r\n")) return std::nullopt;
  const std::size_t size = BodySize(request);
  while (pending.size() < size) {
    if (!stream.ReadSome(pending)) return std::nullopt;
  }
  request.body = pending.substr(0, size);
  pending.erase(0, size);
  request.at = std::chrono::steady_clock::now();
  return request;
}

std::string Format(const ScriptedReply& reply, const std::string& method) {
  if (reply.raw.has_value()) return *reply.raw;
  std::string text = "HTTP/1.1 " + std::to_string(reply.status) + " Scripted\r\n";
  bool has_length = reply.status == 204 || reply.status == 304;
  for (const auto& [name, value] : reply.headers) {
    text += name + ": " + value + "\r\n";
    has_length = has_length || SameFieldName(name, "content-length") || SameFieldName(name, "transfer-encoding");
  }
  if (!has_length) text += "Content-Length: " + std::to_string(reply.body.size()) + "\r\n";
  if (reply.close) text += "Connection: close\r\n";
  text += "\r\n";
  if (method != "HEAD") text += reply.body;
  return text;
}

}  // namespace larder::testing
