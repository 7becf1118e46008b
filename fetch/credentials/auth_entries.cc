#include "credentials/auth_entries.h"

#include <algorithm>
#include <map>
#include <optional>

#include "credentials/registry_key.h"
#include "http/base64.h"

namespace larder {
namespace {

using Entries = std::vector<const json::Member*>;

bool EqualsIgnoringCase(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::ranges::equal(a, b, {}, lower, lower);
}

// Go reads member names whatever their case, and files were written for Go: {"Username": ..., "Password": ...}.
const json::Value* FindMember(const json::Value& object, std::string_view name) {
  const json::Value* found = nullptr;
  for (const auto& [key, value] : object.members()) {
    if (key == name) return &value;
    if (EqualsIgnoringCase(key, name)) found = &value;
  }
  return found;
}

std::string TextOf(const json::Value& object, std::string_view name) {
  const json::Value* member = FindMember(object, name);
  return member == nullptr ? std::string() : std::string(member->text());
}

constexpr std::string_view kEntryFields[] = {"auth", "username", "password", "identitytoken", "registrytoken", "email"};

bool LooksLikeEntry(const json::Value& value) {
  return value.IsObject() &&
         std::ranges::any_of(kEntryFields, [&](auto field) { return FindMember(value, field) != nullptr; });
}

template <class Predicate>
Entries EntriesIn(const json::Value& object, Predicate is_entry) {
  Entries entries;
  for (const json::Member& member : object.members()) {
    if (is_entry(member.value)) entries.push_back(&member);
  }
  return entries;
}

// Splits "user:password" at the first colon; trailing NULs are padding of old docker versions.
bool SplitAuth(std::string_view decoded, Credential& credential) {
  const std::size_t colon = decoded.find(':');
  if (colon == std::string_view::npos) return false;
  std::string_view password = decoded.substr(colon + 1);
  while (password.ends_with('\0')) password.remove_suffix(1);
  credential.username = decoded.substr(0, colon);
  credential.password = password;
  return true;
}

class Reader {
 public:
  Reader(std::string_view provenance, std::vector<std::string>* warnings)
      : provenance_(provenance), warnings_(warnings) {}

  Credentials Read(const Entries& entries) {
    Credentials credentials;
    std::map<std::string, int> ranks;
    for (const json::Member* entry : entries) {
      const auto& [name, value] = *entry;
      const RegistryKey key = NormalizeRegistryKey(name);
      if (key.text.empty()) {
        Warn(name, "names no host: not used");
        continue;
      }
      std::optional<Credential> credential = ReadEntry(name, value);
      if (!credential) continue;
      const auto [known, is_new] = ranks.emplace(key.text, key.rank);
      if (!is_new && known->second <= key.rank) continue;
      known->second = key.rank;
      credentials.Add(key.text, *std::move(credential));
    }
    return credentials;
  }

 private:
  std::optional<Credential> ReadEntry(std::string_view name, const json::Value& value) {
    if (!value.IsObject()) {
      if (!value.IsNull()) Warn(name, "is not an object: not used");
      return std::nullopt;
    }
    Credential credential;
    credential.username = TextOf(value, "username");
    credential.password = TextOf(value, "password");
    credential.identity_token = TextOf(value, "identitytoken");
    credential.registry_token = TextOf(value, "registrytoken");
    credential.provenance = provenance_;
    if (const std::string auth = TextOf(value, "auth"); !auth.empty()) {
      const std::optional<std::string> decoded = DecodeBase64(auth);
      if (!decoded) {
        Warn(name, "has an auth that is not base64: not used");
      } else if (!SplitAuth(*decoded, credential)) {
        Warn(name, "has an auth that is not user:password in base64: not used");
      }
    }
    if (credential.empty()) return std::nullopt;
    return credential;
  }

  void Warn(std::string_view name, std::string_view what) {
    if (warnings_ == nullptr) return;
    std::string text(provenance_);
    text.append(": the entry of \"").append(name.substr(0, 255)).append("\" ").append(what);
    warnings_->push_back(std::move(text));
  }

  std::string_view provenance_;
  std::vector<std::string>* warnings_;
};

std::unexpected<Error> NotAConfig(std::string_view provenance, std::string_view why) {
  return Fail(Errc::invalid_argument, std::string(provenance) + " is not a docker config: " + std::string(why) +
                                          R"(; it should read {"auths": {"registry.example.com": {"auth": "..."}}})");
}

}  // namespace

Result<json::Document> ParseCredentialDocument(std::string_view provenance, std::string_view text) {
  Result<json::Document> document = json::Parse(text);
  if (!document) {
    return Fail(Errc::invalid_argument,
                std::string(provenance) + " is not a docker config: " + document.error().message);
  }
  if (!document->root().IsObject()) return NotAConfig(provenance, "it is not a JSON object");
  return document;
}

Result<Credentials> ReadAuthEntries(std::string_view provenance, const json::Value& document,
                                    std::vector<std::string>* warnings) {
  Reader reader(provenance, warnings);
  if (const json::Value* auths = FindMember(document, "auths"); auths != nullptr) {
    if (auths->IsNull()) return Credentials();
    if (!auths->IsObject()) return NotAConfig(provenance, "its auths are not an object");
    return reader.Read(EntriesIn(*auths, [](const json::Value&) { return true; }));
  }
  if (LooksLikeEntry(document) && !std::ranges::any_of(document.members(), [](const json::Member& member) {
        return LooksLikeEntry(member.value);
      })) {
    return NotAConfig(provenance, "it is a single entry that names no host");
  }
  // A .dockercfg: hosts at the top. In a config without auths nothing at the top looks like an entry.
  return reader.Read(EntriesIn(document, LooksLikeEntry));
}

Result<Credentials> ParseCredentials(std::string_view provenance, std::string_view json,
                                     std::vector<std::string>* warnings) {
  LARDER_ASSIGN_OR_RETURN(const json::Document document, ParseCredentialDocument(provenance, json));
  return ReadAuthEntries(provenance, document, warnings);
}

}  // namespace larder
