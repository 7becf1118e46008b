#include "larder/credentials.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <array>
#include <cstring>

#include "credentials/registry_key.h"

namespace larder {
namespace {

// One for the process: identities mean nothing outside of it.
const std::array<unsigned char, 32>& Salt() {
  static const std::array<unsigned char, 32> kSalt = [] {
    std::array<unsigned char, 32> bytes{};
    // Without randomness the identities are still distinct, only not secret; there is nobody to tell.
    static_cast<void>(RAND_bytes(bytes.data(), static_cast<int>(bytes.size())));
    return bytes;
  }();
  return kSalt;
}

std::string_view Who(const Credential& credential) {
  if (!credential.username.empty()) return credential.username;
  return credential.registry_token.empty() ? "an identity token" : "a registry token";
}

}  // namespace

std::uint64_t Credential::Identity() const {
  std::string message;
  for (const std::string* part : {&username, &password, &identity_token, &registry_token}) {
    message += std::to_string(part->size()) + ":" + *part;
  }
  std::array<unsigned char, EVP_MAX_MD_SIZE> mac{};
  unsigned int size = 0;
  HMAC(EVP_sha256(), Salt().data(), static_cast<int>(Salt().size()),
       reinterpret_cast<const unsigned char*>(message.data()), message.size(), mac.data(), &size);
  std::uint64_t identity = 0;
  std::memcpy(&identity, mac.data(), sizeof(identity));
  return identity;
}

void Credentials::Add(std::string_view host_or_prefix, Credential credential) {
  std::string key = NormalizeRegistryKey(host_or_prefix).text;
  if (!key.empty()) entries_.insert_or_assign(std::move(key), std::move(credential));
}

std::optional<Credential> Credentials::For(const ImageName& name) const {
  const std::string host = NormalizeRegistryKey(name.Registry()).text;
  const std::string repository = name.Repository();
  const std::string whole = host + "/" + repository;
  for (std::string_view prefix = whole; prefix.size() >= host.size(); prefix = prefix.substr(0, prefix.rfind('/'))) {
    if (const auto found = entries_.find(prefix); found != entries_.end()) return found->second;
    if (prefix.size() == host.size()) break;
  }
  const std::pair<const std::string, Credential>* best = nullptr;
  for (const auto& entry : entries_) {
    if (!IsRegistryPattern(entry.first) || !RegistryPatternMatches(entry.first, host, repository)) continue;
    if (best == nullptr || entry.first.size() > best->first.size()) best = &entry;
  }
  if (best == nullptr) return std::nullopt;
  return best->second;
}

std::vector<std::string> Credentials::Hosts() const {
  std::vector<std::string> hosts;
  hosts.reserve(entries_.size());
  for (const auto& entry : entries_) hosts.push_back(entry.first);
  return hosts;
}

void Credentials::Merge(const Credentials& other) {
  for (const auto& [key, credential] : other.entries_) entries_.insert_or_assign(key, credential);
}

std::string Credentials::ToString() const {
  std::string text = "{";
  for (const auto& [key, credential] : entries_) {
    if (text.size() > 1) text += ", ";
    text.append(key).append(": ").append(Who(credential));
    if (!credential.provenance.empty()) text.append(" from ").append(credential.provenance);
  }
  return text + "}";
}

}  // namespace larder
