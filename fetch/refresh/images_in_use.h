// Which repositories are refreshed, and with which credentials: the image source, asked again and again.
#pragma once

#include <algorithm>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/timers.h"
#include "larder/credentials.h"
#include "larder/image_source.h"
#include "larder/log.h"

namespace larder::refresh {

// The loop's thread only.
class ImagesInUse {
 public:
  struct Repository {
    ImageName name;
    Credentials credentials;
  };

  ImagesInUse(http::Timers& timers, Duration interval, Log log)
      : timers_(timers), interval_(std::max<Duration>(interval, std::chrono::seconds(1))), log_(std::move(log)) {}
  ~ImagesInUse() { Stop(); }
  ImagesInUse(const ImagesInUse&) = delete;
  ImagesInUse& operator=(const ImagesInUse&) = delete;

  // Asks now and every interval. `changed` gets the names that came and those that left.
  using Changed = std::function<void(const std::vector<std::string>& came, const std::vector<std::string>& left)>;
  void Start(std::shared_ptr<ImageSource> source, Changed changed);
  // Asks now, not at the end of the interval. Nothing where it was not started.
  void Ask();
  void Stop();

  // By canonical name; null where it is not in use.
  const Repository* Find(std::string_view name) const;

 private:
  void Take(std::vector<SourcedImage> images);

  http::Timers& timers_;
  Duration interval_;
  Log log_;
  std::shared_ptr<ImageSource> source_;
  Changed changed_;
  std::string error_;  // the last one logged
  std::map<std::string, Repository, std::less<>> repositories_;
  std::optional<http::Timers::Id> timer_;
};

}  // namespace larder::refresh
