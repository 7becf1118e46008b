// A metadata service of the machine: it is there at once, or not at all.
#pragma once

#include <memory>
#include <stop_token>
#include <string>

#include "clouds/cloud_http.h"
#include "http/task.h"
#include "larder/error.h"
#include "larder/time.h"

namespace larder {

// Used on the loop's thread only. Held by those who wait.
class MetadataService {
 public:
  // `base`: "http://169.254.169.254", without a slash at the end.
  MetadataService(CloudHttp http, std::string base) : http_(std::move(http)), base_(std::move(base)) {}

  const std::string& base() const { return base_; }
  // Whatever status it answers. not_found: it does not answer, or did not a short while ago (kMetadataRest) and is not
  // asked now.
  static http::Task<Result<http::Response>> Ask(std::shared_ptr<MetadataService> self, http::Request request,
                                                std::stop_token stop);
  // Once it did, a silence is an outage, and not a machine that has none.
  bool answered() const { return answered_; }

 private:
  const CloudHttp http_;
  const std::string base_;
  bool answered_ = false;
  Time rest_until_{};
};

}  // namespace larder
