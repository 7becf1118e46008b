#include "registry/tag_list.h"

#include "json/json.h"

namespace larder {

Result<TagPage> ReadTagList(std::string_view bytes) {
  auto document = json::Parse(bytes);
  if (!document.has_value()) return std::unexpected(std::move(document.error()).WithContext("tag list"));
  if (!document->root().IsObject()) return Fail(Errc::corruption, "tag list: not a JSON object");
  const json::Value& tags = (*document)["tags"];
  if (!document->root().Has("tags")) return Fail(Errc::corruption, "tag list: it has no `tags`");
  if (!tags.IsArray() && !tags.IsNull()) return Fail(Errc::corruption, "tag list: its `tags` are not a list");
  TagPage page;
  page.tags.reserve(tags.items().size());
  for (const json::Value& tag : tags.items()) {
    if (tag.IsString() && IsValidTag(tag.text())) {
      page.tags.emplace_back(tag.text());
    } else {
      ++page.skipped;
    }
  }
  return page;
}

}  // namespace larder
