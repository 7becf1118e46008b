// A key with a certificate of its own, to sign tokens with.
#pragma once

#include <openssl/types.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "larder/error.h"

namespace larder::testing {

enum class SigningAlgorithm : std::uint8_t { es256, rs256 };

class SigningKey {
 public:
  static Result<SigningKey> Create(SigningAlgorithm algorithm);

  // "<header>.<claims>.<signature>": `claims` is a JSON object; the header carries the certificate (x5c).
  Result<std::string> Jwt(std::string_view claims) const;
  // The certificate as PEM.
  Result<void> WriteCertificate(const std::filesystem::path& path) const;

 private:
  struct Free {
    void operator()(EVP_PKEY* key) const;
    void operator()(X509* certificate) const;
  };
  SigningKey() = default;
  Result<std::string> Sign(std::string_view bytes) const;

  SigningAlgorithm algorithm_ = SigningAlgorithm::es256;
  std::unique_ptr<EVP_PKEY, Free> key_;
  std::unique_ptr<X509, Free> certificate_;
};

}  // namespace larder::testing
