#include "output.h"

#include <unistd.h>

#include <cerrno>
#include <ostream>
#include <system_error>

namespace larder::tool {
namespace {

constexpr std::size_t kBufferBytes = 64 * 1024;

}  // namespace

OutputBuffer::OutputBuffer(int descriptor) : descriptor_(descriptor), buffer_(kBufferBytes) {
  setp(buffer_.data(), buffer_.data() + buffer_.size());
}

bool OutputBuffer::Write() {
  const char* at = pbase();
  while (error_ == 0 && at < pptr()) {
    const ssize_t wrote = ::write(descriptor_, at, static_cast<std::size_t>(pptr() - at));
    if (wrote >= 0) {
      at += wrote;
    } else if (errno != EINTR) {
      error_ = errno;
    }
  }
  setp(buffer_.data(), buffer_.data() + buffer_.size());
  return error_ == 0;
}

OutputBuffer::int_type OutputBuffer::overflow(int_type character) {
  if (!Write()) return traits_type::eof();
  if (!traits_type::eq_int_type(character, traits_type::eof())) sputc(traits_type::to_char_type(character));
  return traits_type::not_eof(character);
}

int OutputBuffer::sync() { return Write() ? 0 : -1; }

Exit AfterOutput(Exit exit, int error, std::ostream& err) {
  if (error == 0 || error == EPIPE) return exit;
  err << "larder: standard output: " << std::generic_category().message(error) << '\n';
  return Exit::no_answer;
}

}  // namespace larder::tool
