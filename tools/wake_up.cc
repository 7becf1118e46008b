#include "wake_up.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>

#include <cerrno>

namespace larder::tool {

WakeUp::WakeUp() {
  sigset_t wanted;
  ::sigemptyset(&wanted);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) ::sigaddset(&wanted, signal);
  ::pthread_sigmask(SIG_BLOCK, &wanted, &old_);
  signals_ = Descriptor(::signalfd(-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK));
  poked_ = Descriptor(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
}

WakeUp::~WakeUp() { ::pthread_sigmask(SIG_SETMASK, &old_, nullptr); }

WakeUp::Why WakeUp::Wait(std::chrono::milliseconds at_most, int fd) {
  pollfd watched[] = {{signals_.get(), POLLIN, 0}, {poked_.get(), POLLIN, 0}, {fd, POLLIN, 0}};
  ::poll(watched, 3, static_cast<int>(at_most.count()));
  signalfd_siginfo signal{};
  if (::read(signals_.get(), &signal, sizeof signal) == static_cast<ssize_t>(sizeof signal)) {
    if (signal.ssi_signo == static_cast<std::uint32_t>(SIGHUP)) return Why::reload;
    ::pthread_sigmask(SIG_SETMASK, &old_, nullptr);
    return Why::stop;
  }
  std::uint64_t pokes = 0;
  if (::read(poked_.get(), &pokes, sizeof pokes) > 0) return Why::poked;
  return watched[2].revents != 0 ? Why::readable : Why::timeout;
}

void WakeUp::Poke() const {
  const std::uint64_t one = 1;
  // Where the counter is full, whoever waits is awake anyway.
  while (::write(poked_.get(), &one, sizeof one) < 0 && errno == EINTR) {
  }
}

}  // namespace larder::tool
