#include "support/byte_stream.h"

#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cstdlib>

namespace larder::testing {

class TlsContext {
 public:
  explicit TlsContext(const TlsOptions& options) : alpn_(options.alpn), context_(SSL_CTX_new(TLS_server_method())) {
    const TestCerts& certs = *options.certs;
    const bool usable = SSL_CTX_use_certificate_chain_file(context_.get(), certs.server_cert().c_str()) == 1 &&
                        SSL_CTX_use_PrivateKey_file(context_.get(), certs.server_key().c_str(), SSL_FILETYPE_PEM) == 1;
    if (!usable) std::abort();
    SSL_CTX_set_alpn_select_cb(context_.get(), &TlsContext::ChooseProtocol, this);
    if (!options.ask_client_certificate) return;
    if (SSL_CTX_load_verify_locations(context_.get(), certs.ca_file().c_str(), nullptr) != 1) std::abort();
    SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  }
  SSL_CTX* get() const { return context_.get(); }

 private:
  struct Free {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  };
  static int ChooseProtocol(SSL*, const unsigned char** out, unsigned char* out_size, const unsigned char* offered,
                            unsigned int size, void* self) {
    const std::string& ours = static_cast<TlsContext*>(self)->alpn_;
    for (unsigned int at = 0; at < size; at += 1u + offered[at]) {
      const std::string_view theirs(reinterpret_cast<const char*>(offered) + at + 1, offered[at]);
      if (theirs != ours) continue;
      *out = offered + at + 1;
      *out_size = offered[at];
      return SSL_TLSEXT_ERR_OK;
    }
    return SSL_TLSEXT_ERR_NOACK;
  }
  const std::string alpn_;
  std::unique_ptr<SSL_CTX, Free> context_;
};

std::shared_ptr<TlsContext> MakeTlsContext(const TlsOptions& options) {
  return options.certs == nullptr ? nullptr : std::make_shared<TlsContext>(options);
}

class ByteStream::Tls {
 public:
  Tls(std::shared_ptr<TlsContext> context, int fd) : context_(std::move(context)), ssl_(SSL_new(context_->get())) {
    SSL_set_fd(ssl_.get(), fd);
  }
  SSL* get() const { return ssl_.get(); }

 private:
  struct Free {
    void operator()(SSL* ssl) const { SSL_free(ssl); }
  };
  std::shared_ptr<TlsContext> context_;
  std::unique_ptr<SSL, Free> ssl_;
};

ByteStream::ByteStream(Socket socket, std::shared_ptr<TlsContext> context) : socket_(std::move(socket)) {
  if (context != nullptr) tls_ = std::make_unique<Tls>(std::move(context), socket_.fd());
}

ByteStream::~ByteStream() = default;

bool ByteStream::Handshake() { return tls_ == nullptr || SSL_accept(tls_->get()) == 1; }

bool ByteStream::ReadSome(std::string& into) {
  std::array<char, 16384> buffer;
  const long count = tls_ != nullptr ? SSL_read(tls_->get(), buffer.data(), static_cast<int>(buffer.size()))
                                     : ::recv(socket_.fd(), buffer.data(), buffer.size(), 0);
  if (count <= 0) return false;
  into.append(buffer.data(), static_cast<std::size_t>(count));
  return true;
}

bool ByteStream::Write(std::string_view bytes) {
  while (!bytes.empty()) {
    const long count = tls_ != nullptr ? SSL_write(tls_->get(), bytes.data(), static_cast<int>(bytes.size()))
                                       : ::send(socket_.fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

bool ByteStream::PeerGone() const {
  pollfd state{socket_.fd(), POLLRDHUP, 0};
  return ::poll(&state, 1, 0) == 1 && (state.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
}

void ByteStream::Interrupt() { ::shutdown(socket_.fd(), SHUT_RDWR); }

}  // namespace larder::testing
