#include "run_images.h"

#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <system_error>
#include <utility>

namespace larder::tool {
namespace {

using Source = std::optional<std::shared_ptr<ImageSource>>;

constexpr std::chrono::minutes kLongWait{10};
constexpr std::size_t kMaxList = 64 << 20;

// nullopt: stopped.
Result<std::optional<std::string>> ReadInput(WakeUp& wake_up) {
  std::string text;
  for (;;) {
    const auto why = wake_up.Wait(kLongWait, STDIN_FILENO);
    if (why == WakeUp::Why::stop) return std::optional<std::string>();
    if (why != WakeUp::Why::readable) continue;
    char buffer[4096];
    const ssize_t got = ::read(STDIN_FILENO, buffer, sizeof buffer);
    if (got == 0) return std::optional<std::string>(std::move(text));
    if (got < 0 && errno != EINTR && errno != EAGAIN) {
      return Fail(Errc::unavailable, "standard input: " + std::generic_category().message(errno));
    }
    if (got > 0) text.append(buffer, static_cast<std::size_t>(got));
    if (text.size() > kMaxList) return Fail(Errc::too_large, "standard input: no list of images is longer than 64 MiB");
  }
}

}  // namespace

Result<Source> OpenImages(const std::string& file, WakeUp& wake_up) {
  if (file != "-") {
    auto source = MakeFileSource(file);
    LARDER_RETURN_IF_ERROR(source->Images());
    return Source(std::move(source));
  }
  LARDER_ASSIGN_OR_RETURN(auto text, ReadInput(wake_up));
  if (!text.has_value()) return Source();
  LARDER_ASSIGN_OR_RETURN(auto images, ParseImageList("standard input", *text));
  return Source(MakeListSource(std::move(images)));
}

}  // namespace larder::tool
