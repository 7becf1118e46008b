// An HTTP/2 server over TLS that answers every request alike: for what only shared connections show.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "support/test_certs.h"

namespace larder::testing {

// Answers 200 with the body "x", whatever is asked (it does not decode headers). Runs until it is destroyed.
class Http2Stub {
 public:
  explicit Http2Stub(const TestCerts& certs);
  ~Http2Stub();
  Http2Stub(const Http2Stub&) = delete;
  Http2Stub& operator=(const Http2Stub&) = delete;

  std::string host() const;  // "127.0.0.1:port"
  std::string url() const;   // "https://127.0.0.1:port/"

  // Connections that are open now say nothing more, as if their network were gone; later ones work.
  void Freeze();
  // The next request is not answered; its connection goes on.
  void IgnoreNext();

  int connections() const;  // accepted so far
  int requests() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace larder::testing
