#include "registry/digest_of.h"

#include <openssl/evp.h>

#include <array>
#include <memory>
#include <span>
#include <vector>

#include "json/json.h"

namespace larder {
namespace {

std::unexpected<Error> Refuse(std::string_view why) {
  return Fail(Errc::corruption, "signature of a schema1 manifest: " + std::string(why));
}

// base64url without padding, as in JWS.
std::optional<std::string> DecodeBase64Url(std::string_view text) {
  std::string standard(text);
  for (char& c : standard) {
    if (c == '-')
      c = '+';
    else if (c == '_')
      c = '/';
    else if (c == '=' || c <= ' ')
      return std::nullopt;
  }
  const std::size_t padding = (4 - standard.size() % 4) % 4;
  if (padding == 3) return std::nullopt;
  standard.append(padding, '=');
  std::vector<unsigned char> out(standard.size() / 4 * 3 + 1);
  const int size = EVP_DecodeBlock(out.data(), reinterpret_cast<const unsigned char*>(standard.data()),
                                   static_cast<int>(standard.size()));
  if (size < 0) return std::nullopt;
  return std::string(reinterpret_cast<const char*>(out.data()), static_cast<std::size_t>(size) - padding);
}

// What one signature says of the bytes that were signed: the first formatLength bytes, and then formatTail.
struct SignedFormat {
  std::size_t length = 0;
  std::string tail;
  friend bool operator==(const SignedFormat&, const SignedFormat&) = default;
};

Result<SignedFormat> ReadSignature(const json::Value& signature, std::size_t document_bytes) {
  const auto header = DecodeBase64Url(signature["protected"].text());
  if (!header.has_value() || header->empty()) return Refuse("its protected header is not base64url");
  const auto parsed = json::Parse(*header);
  if (!parsed.has_value()) return Refuse("its protected header is " + parsed.error().message);
  const auto length = (*parsed)["formatLength"].AsInt();
  if (!length.has_value() || *length < 0 || static_cast<std::uint64_t>(*length) > document_bytes) {
    return Refuse("its formatLength is not a length within the document");
  }
  auto tail = DecodeBase64Url((*parsed)["formatTail"].text());
  if (!tail.has_value()) return Refuse("its formatTail is not base64url");
  return SignedFormat{static_cast<std::size_t>(*length), std::move(*tail)};
}

struct FreeDigestContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using DigestContext = std::unique_ptr<EVP_MD_CTX, FreeDigestContext>;

// Fetched once: EVP_sha256() is looked up by its name each time that it is used, which takes longer than the digest of
// a manifest.
const EVP_MD* DigestType(DigestAlgorithm algorithm) {
  static const EVP_MD* const kSha256 = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  static const EVP_MD* const kSha512 = EVP_MD_fetch(nullptr, "SHA512", nullptr);
  return algorithm == DigestAlgorithm::sha512 ? kSha512 : kSha256;
}

}  // namespace

Digest ComputeDigest(DigestAlgorithm algorithm, std::string_view bytes) {
  thread_local const DigestContext context(EVP_MD_CTX_new());
  const EVP_MD* type = DigestType(algorithm);
  std::array<unsigned char, EVP_MAX_MD_SIZE> sum;
  unsigned int size = 0;
  if (context == nullptr || type == nullptr || EVP_DigestInit_ex2(context.get(), type, nullptr) != 1 ||
      EVP_DigestUpdate(context.get(), bytes.data(), bytes.size()) != 1 ||
      EVP_DigestFinal_ex(context.get(), sum.data(), &size) != 1) {
    return {};
  }
  return Digest::FromBytes(algorithm, std::as_bytes(std::span(sum).first(size)));
}

Result<std::string> Schema1Payload(std::string_view bytes) {
  LARDER_ASSIGN_OR_RETURN(const json::Document document, json::Parse(bytes));
  const auto signatures = document["signatures"].items();
  if (signatures.empty()) return std::string(bytes);
  LARDER_ASSIGN_OR_RETURN(const SignedFormat format, ReadSignature(signatures.front(), bytes.size()));
  for (const json::Value& other : signatures) {
    LARDER_ASSIGN_OR_RETURN(const SignedFormat same, ReadSignature(other, bytes.size()));
    if (same != format) return Refuse("two signatures cover different bytes");
  }
  return std::string(bytes.substr(0, format.length)) + format.tail;
}

}  // namespace larder
