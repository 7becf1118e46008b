// Easy handles that are used again: making one takes as long as reading its answer.
#pragma once

#include <curl/curl.h>

#include <memory>
#include <vector>

namespace larder::http {

struct FreeEasy {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
using Easy = std::unique_ptr<CURL, FreeEasy>;

// The loop's thread only.
class EasyHandles {
 public:
  // With every option at its default; null where there is no memory.
  Easy Take();
  // Of a transfer that has ended and was removed from its multi handle. Nothing that an option pointed to is needed
  // from here on.
  void Give(Easy easy);
  void Clear() { idle_.clear(); }

 private:
  std::vector<Easy> idle_;
};

}  // namespace larder::http
