#include "support/aws_signature.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <sstream>

namespace larder::testing {
namespace {

std::string Hex(std::string_view bytes) {
  std::string hex;
  for (const char c : bytes) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    hex += kDigits[static_cast<unsigned char>(c) >> 4];
    hex += kDigits[static_cast<unsigned char>(c) & 15];
  }
  return hex;
}

std::string Sha256(std::string_view text) {
  std::array<unsigned char, 32> digest;
  EVP_Digest(text.data(), text.size(), digest.data(), nullptr, EVP_sha256(), nullptr);
  return std::string(digest.begin(), digest.end());
}

std::string Hmac(const std::string& key, std::string_view text) {
  std::array<unsigned char, 32> digest;
  unsigned int size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(text.data()),
       text.size(), digest.data(), &size);
  return std::string(digest.begin(), digest.end());
}

// The text after `name` up to a comma or the end.
std::string Part(const std::string& header, const std::string& name) {
  const std::size_t at = header.find(name);
  return at == std::string::npos ? "" : header.substr(at + name.size(), header.find(',', at) - at - name.size());
}

// The signature that the request as received has to carry.
std::string Signature(const ScriptedRequest& request, const std::string& region, const std::string& service,
                      const std::string& secret_key, const std::string& signed_headers) {
  std::string canonical = request.method + "\n" + request.path + "\n" + request.query + "\n";
  std::istringstream names(signed_headers);
  for (std::string name; std::getline(names, name, ';');) {
    canonical += name + ":" + request.Find(name).value_or("") + "\n";
  }
  canonical += "\n" + signed_headers + "\n" + Hex(Sha256(request.body));
  const std::string when = request.Find("x-amz-date").value_or("");
  const std::string scope = when.substr(0, 8) + "/" + region + "/" + service + "/aws4_request";
  const std::string to_sign = "AWS4-HMAC-SHA256\n" + when + "\n" + scope + "\n" + Hex(Sha256(canonical));
  std::string key = Hmac("AWS4" + secret_key, when.substr(0, 8));
  for (const std::string& step : {region, service, std::string("aws4_request")}) key = Hmac(key, step);
  return Hex(Hmac(key, to_sign));
}

}  // namespace

std::string AwsSignatureProblem(const ScriptedRequest& request, const std::string& region, const std::string& service,
                                const std::string& secret_key) {
  const std::string authorization = request.Find("authorization").value_or("");
  if (!authorization.starts_with("AWS4-HMAC-SHA256 Credential=")) return "no signature: " + authorization;
  const std::string date = request.Find("x-amz-date").value_or("").substr(0, 8);
  const std::string scope = "/" + date + "/" + region + "/" + service + "/aws4_request";
  if (!Part(authorization, "Credential=").ends_with(scope)) return "not for " + scope + ": " + authorization;
  const std::string names = Part(authorization, "SignedHeaders=");
  for (const auto& [name, value] : request.headers) {
    std::string lower(name);
    for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    const bool covered = (";" + names + ";").find(";" + lower + ";") != std::string::npos;
    if (lower.starts_with("x-amz-") && !covered) return lower + " is not signed";
  }
  const std::string right = Signature(request, region, service, secret_key, names);
  if (Part(authorization, "Signature=") == right) return "";
  return "the signature should be " + right + ": " + authorization;
}

}  // namespace larder::testing
