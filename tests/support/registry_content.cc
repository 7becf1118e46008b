#include "support/registry_content.h"

#include <openssl/evp.h>

#include <array>
#include <fstream>
#include <system_error>

namespace larder::testing {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kAlgorithm = "sha256";

std::string_view Hex(std::string_view digest) { return digest.substr(digest.find(':') + 1); }

// Whole or not at all for who reads it meanwhile.
Result<void> WriteFile(const fs::path& path, std::string_view bytes) {
  std::error_code error;
  fs::create_directories(path.parent_path(), error);
  fs::path fresh = path;
  fresh += ".new";
  std::ofstream file(fresh, std::ios::binary);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  file.close();
  if (!error && file) fs::rename(fresh, path, error);
  if (error || !file) return Fail(Errc::unavailable, "cannot write " + path.string());
  return {};
}

// The registry's way to say "this repository has that": a file that holds the digest.
Result<void> WriteLink(const fs::path& directory, std::string_view digest) {
  return WriteFile(directory / "link", digest);
}

Result<void> Remove(const fs::path& path) {
  std::error_code error;
  fs::remove_all(path, error);
  if (error) return Fail(Errc::unavailable, "cannot remove " + path.string() + ": " + error.message());
  return {};
}

}  // namespace

std::string Sha256Digest(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::array<unsigned char, EVP_MAX_MD_SIZE> sum{};
  unsigned int length = 0;
  EVP_Digest(bytes.data(), bytes.size(), sum.data(), &length, EVP_sha256(), nullptr);
  std::string digest = std::string(kAlgorithm) + ":";
  for (unsigned int i = 0; i < length; ++i) {
    digest += kDigits[sum[i] >> 4];
    digest += kDigits[sum[i] & 15];
  }
  return digest;
}

RegistryContent::RegistryContent(fs::path root) : root_(std::move(root) / "docker/registry/v2") {}

fs::path RegistryContent::Repository(std::string_view repository) const { return root_ / "repositories" / repository; }

Result<void> RegistryContent::PutData(std::string_view digest, std::string_view bytes) {
  const std::string_view hex = Hex(digest);
  const fs::path path = root_ / "blobs" / kAlgorithm / hex.substr(0, 2) / hex / "data";
  std::error_code ignored;
  if (fs::exists(path, ignored)) return {};
  return WriteFile(path, bytes);
}

Result<std::string> RegistryContent::PutBlob(std::string_view repository, std::string_view bytes) {
  std::string digest = Sha256Digest(bytes);
  LARDER_RETURN_IF_ERROR(PutData(digest, bytes));
  LARDER_RETURN_IF_ERROR(WriteLink(Repository(repository) / "_layers" / kAlgorithm / Hex(digest), digest));
  return digest;
}

Result<std::string> RegistryContent::PutManifest(std::string_view repository, std::string_view bytes) {
  std::string digest = Sha256Digest(bytes);
  LARDER_RETURN_IF_ERROR(PutData(digest, bytes));
  LARDER_RETURN_IF_ERROR(WriteLink(Repository(repository) / "_manifests/revisions" / kAlgorithm / Hex(digest), digest));
  return digest;
}

Result<void> RegistryContent::Tag(std::string_view repository, std::string_view tag, std::string_view digest) {
  // A push also writes tags/<tag>/index/..., what the tag pointed at before. Nothing reads it, and its three
  // directories for each tag would more than double the time.
  return WriteLink(Repository(repository) / "_manifests/tags" / tag / "current", digest);
}

Result<std::string> RegistryContent::PutTagged(std::string_view repository, std::string_view tag,
                                               std::string_view bytes) {
  LARDER_ASSIGN_OR_RETURN(std::string digest, PutManifest(repository, bytes));
  LARDER_RETURN_IF_ERROR(Tag(repository, tag, digest));
  return digest;
}

Result<void> RegistryContent::Untag(std::string_view repository, std::string_view tag) {
  return Remove(Repository(repository) / "_manifests/tags" / tag);
}

Result<void> RegistryContent::RemoveManifest(std::string_view repository, std::string_view digest) {
  return Remove(Repository(repository) / "_manifests/revisions" / kAlgorithm / Hex(digest));
}

Result<void> RegistryContent::RemoveBlob(std::string_view repository, std::string_view digest) {
  return Remove(Repository(repository) / "_layers" / kAlgorithm / Hex(digest));
}

Result<void> RegistryContent::RemoveRepository(std::string_view repository) { return Remove(Repository(repository)); }

}  // namespace larder::testing
