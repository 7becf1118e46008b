// Reading a run (report/tables.h).
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace larder::bench {

inline double NumberOf(const nlohmann::json& object, const char* name) { return object.value(name, 0.0); }
inline std::string TextOf(const nlohmann::json& object, const char* name) { return object.value(name, std::string()); }

// The store of a point of growth; earlier runs had LMDB alone and did not name it.
inline std::string StoreOf(const nlohmann::json& point) { return point.value("store", std::string("lmdb")); }

// One of its lists; an empty one where it has none of that name.
inline const nlohmann::json& PartOf(const nlohmann::json& run, const char* name) {
  static const nlohmann::json kNone = nlohmann::json::array();
  const auto found = run.find(name);
  return found == run.end() ? kNone : *found;
}

}  // namespace larder::bench
