#include "image_json.h"

#include <nlohmann/json.hpp>

#include "record_json.h"

namespace larder::tool {

Json ImageJson(const ImageRecord& record) {
  std::string text;
  JsonWriter writer(text);
  writer.Object();
  WriteImage(writer, record);
  writer.End();
  return Json::parse(text, nullptr, false);
}

std::string Pretty(const Json& json) { return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n"; }

}  // namespace larder::tool
