// One accepted connection as bytes, with or without TLS: what the scripted servers talk through.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "support/socket.h"
#include "support/test_certs.h"

namespace larder::testing {

// The TLS side of a server.
struct TlsOptions {
  const TestCerts* certs = nullptr;     // null: no TLS
  bool ask_client_certificate = false;  // and refuse who has none of the same authority
  std::string alpn = "http/1.1";        // what it agrees to, where the client offers it
};

class TlsContext;  // OpenSSL's, shared by the connections of one server
std::shared_ptr<TlsContext> MakeTlsContext(const TlsOptions& options);

// Blocking. One thread reads and writes; Interrupt is for any other.
class ByteStream {
 public:
  // Over `socket`; with TLS where `context` is not null, see Handshake.
  ByteStream(Socket socket, std::shared_ptr<TlsContext> context);
  ~ByteStream();

  // False where TLS did not start.
  bool Handshake();
  // Appends what comes next; false at the end or on an error.
  bool ReadSome(std::string& into);
  bool Write(std::string_view bytes);
  // Whether the client has gone, without taking bytes from it.
  bool PeerGone() const;
  // Ends reads and writes, now and later.
  void Interrupt();

 private:
  class Tls;
  Socket socket_;
  std::unique_ptr<Tls> tls_;
};

}  // namespace larder::testing
