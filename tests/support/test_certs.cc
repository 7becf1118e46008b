#include "support/test_certs.h"

#include <arpa/inet.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <cstdlib>
#include <memory>

namespace larder::testing {

namespace {

struct Free {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(X509_EXTENSION* extension) const { X509_EXTENSION_free(extension); }
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using Key = std::unique_ptr<EVP_PKEY, Free>;
using Certificate = std::unique_ptr<X509, Free>;

// A test cannot go on without; nothing here depends on input.
void Require(bool holds) {
  if (!holds) std::abort();
}

struct Identity {
  Key key;
  Certificate certificate;
};

void AddExtension(X509* certificate, X509* issuer, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const std::unique_ptr<X509_EXTENSION, Free> extension(X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str()));
  Require(extension != nullptr);
  Require(X509_add_ext(certificate, extension.get(), -1) == 1);
}

// Signed by `issuer`, by itself where null.
Identity Make(const std::string& common_name, long serial, const Identity* issuer) {
  Identity made{Key(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256")), Certificate(X509_new())};
  Require(made.key != nullptr && made.certificate != nullptr);
  X509* certificate = made.certificate.get();
  X509_set_version(certificate, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), serial);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 24 * 3600);
  X509_set_pubkey(certificate, made.key.get());
  X509_NAME* name = X509_get_subject_name(certificate);
  const auto* text = reinterpret_cast<const unsigned char*>(common_name.c_str());
  Require(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, text, -1, -1, 0) == 1);
  const Identity& by = issuer == nullptr ? made : *issuer;
  X509_set_issuer_name(certificate, X509_get_subject_name(by.certificate.get()));
  return made;
}

void Sign(Identity& identity, const Identity& issuer) {
  Require(X509_sign(identity.certificate.get(), issuer.key.get(), EVP_sha256()) > 0);
}

void WriteCertificate(const std::filesystem::path& path, const Identity& identity) {
  const std::unique_ptr<std::FILE, Free> file(std::fopen(path.c_str(), "w"));
  Require(file != nullptr && PEM_write_X509(file.get(), identity.certificate.get()) == 1);
}

void WriteKey(const std::filesystem::path& path, const Identity& identity) {
  const std::unique_ptr<std::FILE, Free> file(std::fopen(path.c_str(), "w"));
  Require(file != nullptr &&
          PEM_write_PrivateKey(file.get(), identity.key.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1);
}

bool IsAddress(const std::string& name) {
  in6_addr bytes;
  return inet_pton(AF_INET, name.c_str(), &bytes) == 1 || inet_pton(AF_INET6, name.c_str(), &bytes) == 1;
}

}  // namespace

TestCerts::TestCerts(const std::vector<std::string>& more_names) {
  Identity ca = Make("Larder test authority", 1, nullptr);
  AddExtension(ca.certificate.get(), ca.certificate.get(), NID_basic_constraints, "critical,CA:TRUE");
  AddExtension(ca.certificate.get(), ca.certificate.get(), NID_key_usage, "critical,keyCertSign,cRLSign");
  Sign(ca, ca);
  WriteCertificate(ca_file(), ca);

  Identity server = Make("localhost", 2, &ca);
  std::string names = "DNS:localhost,IP:127.0.0.1,IP:::1";
  for (const std::string& name : more_names) names += (IsAddress(name) ? ",IP:" : ",DNS:") + name;
  AddExtension(server.certificate.get(), ca.certificate.get(), NID_subject_alt_name, names);
  AddExtension(server.certificate.get(), ca.certificate.get(), NID_ext_key_usage, "serverAuth");
  Sign(server, ca);
  WriteCertificate(server_cert(), server);
  WriteKey(server_key(), server);

  Identity client = Make("test client", 3, &ca);
  AddExtension(client.certificate.get(), ca.certificate.get(), NID_ext_key_usage, "clientAuth");
  Sign(client, ca);
  WriteCertificate(client_cert(), client);
  WriteKey(client_key(), client);
}

}  // namespace larder::testing
