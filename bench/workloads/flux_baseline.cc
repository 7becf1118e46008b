#include "workloads/flux_baseline.h"

#include <libmemcached/memcached.h>

#include <charconv>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "images/made_image.h"

namespace larder::bench {
namespace {

using Json = nlohmann::json;

struct FreeHandle {
  void operator()(memcached_st* handle) const { memcached_free(handle); }
};
struct FreeText {
  void operator()(char* text) const { std::free(text); }
};
using Handle = std::unique_ptr<memcached_st, FreeHandle>;
using Value = std::unique_ptr<char, FreeText>;

Handle Connect(const std::string& server) {
  const auto colon = server.rfind(':');
  std::uint16_t port = 11211;
  if (colon != std::string::npos) std::from_chars(server.data() + colon + 1, server.data() + server.size(), port);
  Handle handle(memcached_create(nullptr));
  memcached_server_add(handle.get(), server.substr(0, colon).c_str(), port);
  memcached_behavior_set(handle.get(), MEMCACHED_BEHAVIOR_TCP_NODELAY, 1);
  return handle;
}

std::string KeyOf(const ImageName& name) { return "registryrepov4|" + name.Canonical(); }

class FluxSubject final : public Subject {
 public:
  FluxSubject(Handle handle, const ImageSet& images) : handle_(std::move(handle)), images_(images) {}

  void Read(std::size_t slot, const ImageRef& ref) override {
    read_[slot] = Miss();
    const Json repository = Get(ref.name());
    if (!repository.is_object()) return;
    const auto image = repository["Images"].find(ref.tag());
    if (image != repository["Images"].end()) read_[slot] = ParseImageInfoJson(image->dump());
  }

  Answer Check(std::size_t slot, std::uint64_t image) override {
    if (!read_[slot].has_value()) return Answer::missing;
    return IsRight(image, *read_[slot]) ? Answer::right : Answer::wrong;
  }

  std::uint64_t ReadRepository(std::uint64_t repository) override {
    repository_ = Get(images_.NameOf(repository));
    return repository_.is_object() ? repository_["Images"].size() : 0;
  }

  std::uint64_t CheckRepository(std::uint64_t repository) override {
    if (!repository_.is_object()) return 0;
    const Json& all = repository_["Images"];
    std::uint64_t right = 0;
    std::uint64_t image = images_.ImagesOf(repository).begin;
    for (const auto& tag : images_.TagsOf(repository)) {
      const auto found = all.find(tag);
      if (found != all.end()) {
        const auto info = ParseImageInfoJson(found->dump());
        right += info.has_value() && IsRight(image, *info) ? 1 : 0;
      }
      ++image;
    }
    return right;
  }

 private:
  // In all that the JSON holds.
  bool IsRight(std::uint64_t image, const ImageInfo& info) const {
    return ToJson(info) == ToJson(images_.RecordOf(image).info);
  }

  Json Get(const ImageName& name) {
    const std::string key = KeyOf(name);
    std::size_t size = 0;
    std::uint32_t flags = 0;
    memcached_return_t code = MEMCACHED_SUCCESS;
    const Value value(memcached_get(handle_.get(), key.data(), key.size(), &size, &flags, &code));
    if (value == nullptr) return {};
    return Json::parse(value.get(), value.get() + size, nullptr, /*allow_exceptions=*/false);
  }

  Handle handle_;
  const ImageSet& images_;
  Json repository_;  // of the last ReadRepository
  std::vector<Result<ImageInfo>> read_ = std::vector<Result<ImageInfo>>(kAtOnce, Result<ImageInfo>(Miss()));
};

std::string RepositoryJson(const ImageSet& images, std::uint64_t repository) {
  const auto tags = images.TagsOf(repository);
  std::string json = R"({"Name":)" + Json(images.NameOf(repository).ToString()).dump() + R"(,"Tags":)" +
                     Json(tags).dump() + R"(,"Images":{)";
  std::uint64_t image = images.ImagesOf(repository).begin;
  for (std::size_t i = 0; i < tags.size(); ++i) {
    json += (i == 0 ? "" : ",") + Json(tags[i]).dump() + ":" + ToJson(images.RecordOf(image++).info);
  }
  return json + "}}";
}

}  // namespace

Result<void> FluxBaseline::Fill(const ImageSet& images) const {
  const Handle handle = Connect(server_);
  for (std::uint64_t repository = 0; repository < images.repositories(); ++repository) {
    const std::string key = KeyOf(images.NameOf(repository));
    const std::string json = RepositoryJson(images, repository);
    const auto code = memcached_set(handle.get(), key.data(), key.size(), json.data(), json.size(), 0, 0);
    if (code != MEMCACHED_SUCCESS) {
      return Fail(Errc::unavailable, "memcached at " + server_ + " does not take the " + std::to_string(json.size()) +
                                         " bytes of " + key + ": " + memcached_strerror(handle.get(), code));
    }
  }
  return {};
}

std::unique_ptr<Subject> FluxBaseline::Open(const ImageSet& images) const {
  return std::make_unique<FluxSubject>(Connect(server_), images);
}

}  // namespace larder::bench
