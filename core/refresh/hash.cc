#include "refresh/hash.h"

namespace larder {

std::uint64_t HashOf(std::string_view subject, Time now) {
  // FNV-1a over the text, then the finalizer of splitmix64, so that neighbouring times are far apart.
  std::uint64_t hash = 0xcbf29ce484222325;
  for (char c : subject) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  hash += static_cast<std::uint64_t>(now.time_since_epoch().count()) * 0x9e3779b97f4a7c15;
  hash = (hash ^ (hash >> 30)) * 0xbf58476d1ce4e5b9;
  hash = (hash ^ (hash >> 27)) * 0x94d049bb133111eb;
  return hash ^ (hash >> 31);
}

}  // namespace larder
