// Tag lists and error bodies from a hostile registry, and with them the JSON reader. Any file of the corpus is a seed.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "larder/image_ref.h"
#include "registry/error_body.h"
#include "registry/tag_list.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (const auto page = larder::ReadTagList(bytes); page.has_value()) {
    for (const auto& tag : page->tags) {
      if (!larder::IsValidTag(tag)) std::abort();
    }
  }
  const std::vector<std::string> secrets = {"hush-hush"};
  const larder::ErrorBody body =
      larder::ReadErrorBody(bytes, size % 2 == 0 ? "application/json" : "text/html", secrets);
  if (body.ToString().find(secrets[0]) != std::string::npos) std::abort();
  for (const char c : body.message) {
    if (static_cast<unsigned char>(c) < ' ' || c == '\x7f') std::abort();
  }
  if (body.message.size() > larder::kMaxErrorMessage) std::abort();
  return 0;
}
