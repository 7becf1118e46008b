#include "progress.h"

#include <algorithm>
#include <ostream>

#include "words.h"

namespace larder::tool {
namespace {

constexpr std::size_t kBar = 24;
constexpr std::chrono::milliseconds kBetween{100};

}  // namespace

void Progress::Show(std::string_view what, std::size_t done, std::size_t total) {
  if (!console_.err_is_terminal || console_.quiet) return;
  const auto now = std::chrono::steady_clock::now();
  if (now < next_) return;
  next_ = now + kBetween;
  const std::size_t full = total == 0 ? 0 : std::min(kBar, kBar * done / total);
  *console_.err << "\r\033[K[" << std::string(full, '#') << std::string(kBar - full, ' ') << "] " << Thousands(done)
                << (total == 0 ? "" : "/" + Thousands(total)) << "  " << what << std::flush;
  drawn_ = true;
}

void Progress::Say(std::string_view text) {
  if (!console_.err_is_terminal || console_.quiet) return;
  *console_.err << "\r\033[K" << text << std::flush;
  drawn_ = true;
}

void Progress::Clear() {
  if (!drawn_) return;
  *console_.err << "\r\033[K" << std::flush;
  drawn_ = false;
}

}  // namespace larder::tool
