#include "stretches.h"

#include <algorithm>

#include "bytes.h"
#include "status.h"

namespace larder::rocks {

std::vector<Stretch> StretchesFrom(rocksdb::DB& db, const Key& from) {
  std::vector<rocksdb::LiveFileMetaData> files;
  db.GetLiveFilesMetaData(&files);
  int last_level = 1;  // files of level 0 overlap: they are one stretch
  for (const auto& file : files) last_level = std::max(last_level, file.level);
  std::vector<Key> ends;
  for (const auto& file : files) {
    const bool whole_key = file.largestkey.size() == Key::kSize;
    if (file.level == last_level && whole_key && ToKey(file.largestkey) >= from) ends.push_back(ToKey(file.largestkey));
  }
  std::sort(ends.begin(), ends.end());
  if (!ends.empty()) ends.pop_back();  // the last stretch has no end

  std::vector<Stretch> stretches;
  stretches.reserve(ends.size() + 1);
  Key first = from;
  for (const Key& end : ends) {
    stretches.push_back({first, end});
    first = end.Next();
  }
  stretches.push_back({first, std::nullopt});
  return stretches;
}

Result<void> Rewrite(rocksdb::DB& db, const Stretch& stretch) {
  rocksdb::CompactRangeOptions options;
  options.exclusive_manual_compaction = false;
  options.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForceOptimized;
  const rocksdb::Slice begin = ToSlice(stretch.first);
  const rocksdb::Slice end = stretch.last.has_value() ? ToSlice(*stretch.last) : rocksdb::Slice();
  return ToResult(db.CompactRange(options, &begin, stretch.last.has_value() ? &end : nullptr), db.GetName(),
                  "rewrite files");
}

}  // namespace larder::rocks
