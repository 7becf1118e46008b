// A conversation in lines with one server, with one deadline for all of it.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "address.h"
#include "larder/error.h"
#include "socket.h"

namespace larder::memcached {

class Lines {
 public:
  using Clock = std::chrono::steady_clock;

  static Result<Lines> Connect(const Endpoint& endpoint, Clock::time_point until);

  Result<void> Send(std::string_view text);
  // The next line without its end; valid until the next call.
  Result<std::string_view> Next();

 private:
  Lines(const Endpoint& endpoint, Clock::time_point until, Socket socket)
      : endpoint_(endpoint), until_(until), socket_(std::move(socket)) {}
  Result<void> Wait(short events) const;
  Result<void> Fill();
  std::unexpected<Error> Failed(std::string_view what) const;

  Endpoint endpoint_;
  Clock::time_point until_;
  Socket socket_;
  std::string buffer_;
  std::size_t begin_ = 0;
};

}  // namespace larder::memcached
