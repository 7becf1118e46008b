#include "support/signing_key.h"

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <cstdio>
#include <vector>

namespace larder::testing {
namespace {

using Bytes = std::vector<unsigned char>;

const unsigned char* Unsigned(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

std::string Base64(const unsigned char* bytes, std::size_t size) {
  std::string text(4 * ((size + 2) / 3) + 1, '\0');
  text.resize(static_cast<std::size_t>(
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), bytes, static_cast<int>(size))));
  return text;
}

// Without padding, and with the two characters that may stand in a URL.
std::string Base64Url(std::string_view bytes) {
  std::string text = Base64(Unsigned(bytes), bytes.size());
  text.resize(text.find_last_not_of('=') + 1);
  for (char& c : text) c = c == '+' ? '-' : c == '/' ? '_' : c;
  return text;
}

// JWTs hold the two numbers of an ECDSA signature side by side, OpenSSL makes a DER sequence of them.
std::string SideBySide(const Bytes& der) {
  constexpr int kNumberSize = 32;
  const unsigned char* cursor = der.data();
  const std::unique_ptr<ECDSA_SIG, decltype(&ECDSA_SIG_free)> signature(
      d2i_ECDSA_SIG(nullptr, &cursor, static_cast<long>(der.size())), &ECDSA_SIG_free);
  Bytes both(2 * kNumberSize);
  BN_bn2binpad(ECDSA_SIG_get0_r(signature.get()), both.data(), kNumberSize);
  BN_bn2binpad(ECDSA_SIG_get0_s(signature.get()), both.data() + kNumberSize, kNumberSize);
  return std::string(both.begin(), both.end());
}

}  // namespace

void SigningKey::Free::operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
void SigningKey::Free::operator()(X509* certificate) const { X509_free(certificate); }

Result<SigningKey> SigningKey::Create(SigningAlgorithm algorithm) {
  constexpr unsigned int kRsaBits = 2048;
  constexpr long kDay = 24 * 60 * 60;
  SigningKey made;
  made.algorithm_ = algorithm;
  made.key_.reset(algorithm == SigningAlgorithm::es256 ? EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256")
                                                       : EVP_RSA_gen(kRsaBits));
  made.certificate_.reset(X509_new());
  X509* certificate = made.certificate_.get();
  X509_set_version(certificate, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -kDay);
  X509_gmtime_adj(X509_getm_notAfter(certificate), kDay);
  X509_NAME* name = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, Unsigned("larder test tokens"), -1, -1, 0);
  X509_set_issuer_name(certificate, name);
  X509_set_pubkey(certificate, made.key_.get());
  if (X509_sign(certificate, made.key_.get(), EVP_sha256()) == 0) {
    return Fail(Errc::unsupported, "OpenSSL does not sign a certificate");
  }
  return made;
}

Result<std::string> SigningKey::Sign(std::string_view bytes) const {
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  std::size_t size = 0;
  Bytes signature;
  bool ok = EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key_.get()) == 1 &&
            EVP_DigestSign(context.get(), nullptr, &size, Unsigned(bytes), bytes.size()) == 1;
  signature.resize(size);
  ok = ok && EVP_DigestSign(context.get(), signature.data(), &size, Unsigned(bytes), bytes.size()) == 1;
  if (!ok) return Fail(Errc::unsupported, "OpenSSL does not sign a token");
  signature.resize(size);
  if (algorithm_ == SigningAlgorithm::es256) return SideBySide(signature);
  return std::string(signature.begin(), signature.end());
}

Result<std::string> SigningKey::Jwt(std::string_view claims) const {
  unsigned char* der = nullptr;
  const int der_size = i2d_X509(certificate_.get(), &der);
  if (der_size <= 0) return Fail(Errc::unsupported, "OpenSSL does not encode a certificate");
  const std::string certificate = Base64(der, static_cast<std::size_t>(der_size));
  OPENSSL_free(der);
  const std::string algorithm = algorithm_ == SigningAlgorithm::es256 ? "ES256" : "RS256";
  const std::string header = R"({"typ":"JWT","alg":")" + algorithm + R"(","x5c":[")" + certificate + R"("]})";
  const std::string signed_part = Base64Url(header) + "." + Base64Url(claims);
  LARDER_ASSIGN_OR_RETURN(const std::string signature, Sign(signed_part));
  return signed_part + "." + Base64Url(signature);
}

Result<void> SigningKey::WriteCertificate(const std::filesystem::path& path) const {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "w"), &std::fclose);
  if (!file || PEM_write_X509(file.get(), certificate_.get()) != 1) {
    return Fail(Errc::unavailable, "cannot write " + path.string());
  }
  return {};
}

}  // namespace larder::testing
