#include "stop_signal.h"

namespace larder::tool {
namespace {

// A handler can reach nothing but what has static lifetime.
volatile std::sig_atomic_t stop_requested = 0;

void Note(int) noexcept { stop_requested = 1; }

}  // namespace

StopSignal::StopSignal() {
  stop_requested = 0;
  struct sigaction action = {};
  action.sa_handler = Note;
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  ::sigemptyset(&action.sa_mask);
  ::sigaction(SIGINT, &action, &old_int_);
  ::sigaction(SIGTERM, &action, &old_term_);
}

StopSignal::~StopSignal() {
  ::sigaction(SIGINT, &old_int_, nullptr);
  ::sigaction(SIGTERM, &old_term_, nullptr);
}

bool StopSignal::requested() const { return stop_requested != 0; }

}  // namespace larder::tool
