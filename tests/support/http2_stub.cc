#include "support/http2_stub.h"

#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>

#include <cstdlib>
#include <list>
#include <mutex>
#include <string_view>
#include <thread>
#include <vector>

#include "support/byte_stream.h"
#include "support/socket.h"

namespace larder::testing {

namespace {

// RFC 9113: section 6 for the frames, 3.4 for the preface.
enum FrameType : unsigned char { kData = 0, kHeaders = 1, kSettings = 4, kPing = 6 };
constexpr unsigned char kAck = 1, kEndStream = 1, kEndHeaders = 4;
constexpr std::size_t kFrameHeader = 9;
constexpr std::string_view kPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

struct Frame {
  unsigned char type = 0, flags = 0;
  std::uint32_t stream = 0;
  std::string payload;
};

std::string Format(const Frame& frame) {
  std::string bytes;
  const auto byte = [&](std::size_t value) { bytes += static_cast<char>(value & 0xff); };
  for (const int shift : {16, 8, 0}) byte(frame.payload.size() >> shift);
  byte(frame.type);
  byte(frame.flags);
  for (const int shift : {24, 16, 8, 0}) byte(frame.stream >> shift);
  return bytes + frame.payload;
}

// False at the end of the connection.
bool Read(ByteStream& stream, std::string& pending, std::size_t size) {
  while (pending.size() < size) {
    if (!stream.ReadSome(pending)) return false;
  }
  return true;
}

bool ReadFrame(ByteStream& stream, std::string& pending, Frame& frame) {
  if (!Read(stream, pending, kFrameHeader)) return false;
  const auto byte = [&](std::size_t at) { return std::uint32_t{static_cast<unsigned char>(pending[at])}; };
  const std::size_t size = byte(0) << 16 | byte(1) << 8 | byte(2);
  frame.type = static_cast<unsigned char>(byte(3));
  frame.flags = static_cast<unsigned char>(byte(4));
  frame.stream = (byte(5) << 24 | byte(6) << 16 | byte(7) << 8 | byte(8)) & 0x7fffffff;
  if (!Read(stream, pending, kFrameHeader + size)) return false;
  frame.payload = pending.substr(kFrameHeader, size);
  pending.erase(0, kFrameHeader + size);
  return true;
}

}  // namespace

class Http2Stub::Impl {
 public:
  explicit Impl(const TestCerts& certs) {
    TlsOptions tls;
    tls.certs = &certs;
    tls.alpn = "h2";
    context_ = MakeTlsContext(tls);
    Result<Socket> bound = BindLoopback(Transport::tcp, 0);
    if (!bound.has_value() || ::listen(bound->fd(), 128) != 0) std::abort();
    listener_ = std::move(*bound);
    port_ = LocalPort(listener_);
    accepting_ = std::thread([this] { Accept(); });
  }

  ~Impl() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
      for (const auto& connection : connections_) connection->stream.Interrupt();
    }
    ::shutdown(listener_.fd(), SHUT_RDWR);
    accepting_.join();
    for (std::thread& thread : threads_) thread.join();
  }

  void Freeze() {
    const std::lock_guard lock(mutex_);
    for (const auto& connection : connections_) connection->frozen = true;
  }

  void IgnoreNext() {
    const std::lock_guard lock(mutex_);
    ignore_next_ = true;
  }

  int connections() const {
    const std::lock_guard lock(mutex_);
    return static_cast<int>(connections_.size());
  }

  int requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }

  std::uint16_t port() const { return port_; }

 private:
  struct Connection {
    Connection(Socket socket, std::shared_ptr<TlsContext> context) : stream(std::move(socket), std::move(context)) {}
    ByteStream stream;
    bool frozen = false;
  };

  void Accept() {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
    for (;;) {
      Socket socket(::accept4(listener_.fd(), nullptr, nullptr, SOCK_CLOEXEC));
      const std::lock_guard lock(mutex_);
      if (stopping_ || !socket.valid()) return;
      connections_.push_back(std::make_unique<Connection>(std::move(socket), context_));
      threads_.emplace_back([this, connection = connections_.back().get()] { Serve(*connection); });
    }
  }

  void Serve(Connection& connection) {
    std::string pending;
    if (!connection.stream.Handshake() || !Read(connection.stream, pending, kPreface.size())) return;
    pending.erase(0, kPreface.size());
    connection.stream.Write(Format({kSettings, 0, 0, ""}));
    Frame frame;
    while (ReadFrame(connection.stream, pending, frame)) {
      const std::string answer = AnswerTo(connection, frame);
      if (!answer.empty() && !connection.stream.Write(answer)) return;
    }
  }

  std::string AnswerTo(const Connection& connection, const Frame& frame) {
    const std::lock_guard lock(mutex_);
    if (frame.type == kHeaders) ++requests_;
    if (connection.frozen) return "";
    if (frame.type == kSettings && (frame.flags & kAck) == 0) return Format({kSettings, kAck, 0, ""});
    if (frame.type == kPing && (frame.flags & kAck) == 0) return Format({kPing, kAck, 0, frame.payload});
    if (frame.type != kHeaders || std::exchange(ignore_next_, false)) return "";
    // 0x88: ":status: 200", entry 8 of the static table (RFC 7541, appendix A).
    return Format({kHeaders, kEndHeaders, frame.stream, "\x88"}) + Format({kData, kEndStream, frame.stream, "x"});
  }

  std::shared_ptr<TlsContext> context_;
  Socket listener_;
  std::uint16_t port_ = 0;
  mutable std::mutex mutex_;
  bool stopping_ = false;
  bool ignore_next_ = false;
  int requests_ = 0;
  std::list<std::unique_ptr<Connection>> connections_;  // closed at the end only, so that a frozen one stays
  std::thread accepting_;
  std::vector<std::thread> threads_;
};

Http2Stub::Http2Stub(const TestCerts& certs) : impl_(std::make_unique<Impl>(certs)) {}
Http2Stub::~Http2Stub() = default;
std::string Http2Stub::host() const { return "127.0.0.1:" + std::to_string(impl_->port()); }
std::string Http2Stub::url() const { return "https://" + host() + "/"; }
void Http2Stub::Freeze() { impl_->Freeze(); }
void Http2Stub::IgnoreNext() { impl_->IgnoreNext(); }
int Http2Stub::connections() const { return impl_->connections(); }
int Http2Stub::requests() const { return impl_->requests(); }

}  // namespace larder::testing
