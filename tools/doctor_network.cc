#include <netdb.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <memory>
#include <system_error>

#include "descriptor.h"
#include "doctor_checks.h"

namespace larder::tool {
namespace {

using State = Finding::State;
using Clock = std::chrono::steady_clock;

constexpr int kSoonDays = 14;
constexpr const char* kInsecure = "as --insecure-host says, or since it is this machine; better is --host-ca HOST=FILE";

template <auto Free>
struct Freer {
  template <class T>
  void operator()(T* value) const {
    Free(value);
  }
};
using Addresses = std::unique_ptr<addrinfo, Freer<::freeaddrinfo>>;
using Context = std::unique_ptr<SSL_CTX, Freer<SSL_CTX_free>>;
using Session = std::unique_ptr<SSL, Freer<SSL_free>>;

// nullptr, and why.
Addresses Resolve(const Endpoint& endpoint, std::string& why) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int rc = ::getaddrinfo(endpoint.host.c_str(), endpoint.port.c_str(), &hints, &found);
  if (rc != 0) why = ::gai_strerror(rc);
  return Addresses(found);
}

std::string TextOf(const addrinfo& address) {
  char host[NI_MAXHOST] = {};
  if (::getnameinfo(address.ai_addr, address.ai_addrlen, host, sizeof host, nullptr, 0, NI_NUMERICHOST) != 0)
    return "?";
  return host;
}

bool WaitFor(int fd, short events, Clock::time_point until) {
  for (;;) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now()).count();
    if (left <= 0) return false;
    pollfd wanted{fd, events, 0};
    const int ready = ::poll(&wanted, 1, static_cast<int>(left));
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return false;
  }
}

// "" and the connected socket, or why not: of the last address tried.
std::string Connect(const addrinfo* addresses, std::chrono::milliseconds patience, Descriptor& socket) {
  std::string why = "it has no address";
  for (const addrinfo* address = addresses; address != nullptr; address = address->ai_next) {
    socket = Descriptor(::socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!socket) continue;
    int error = ::connect(socket.get(), address->ai_addr, address->ai_addrlen) == 0 ? 0 : errno;
    if (error == EINPROGRESS) {
      socklen_t size = sizeof error;
      if (!WaitFor(socket.get(), POLLOUT, Clock::now() + patience)) {
        error = ETIMEDOUT;
      } else if (::getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &error, &size) != 0) {
        error = errno;
      }
    }
    if (error == 0) return {};
    why = TextOf(*address) + ": " + std::generic_category().message(error);
  }
  return why;
}

// "" once the hands are shaken.
std::string Handshake(SSL* session, int fd, std::chrono::milliseconds patience) {
  const auto until = Clock::now() + patience;
  for (;;) {
    ERR_clear_error();
    const int rc = SSL_connect(session);
    if (rc == 1) return {};
    const int reason = SSL_get_error(session, rc);
    const auto events = static_cast<short>(reason == SSL_ERROR_WANT_READ    ? POLLIN
                                           : reason == SSL_ERROR_WANT_WRITE ? POLLOUT
                                                                            : 0);
    if (events != 0 && WaitFor(fd, events, until)) continue;
    if (events != 0) return "it does not answer";
    if (const long verified = SSL_get_verify_result(session); verified != X509_V_OK) {
      return X509_verify_cert_error_string(verified);
    }
    const char* text = ERR_reason_error_string(ERR_peek_error());
    return text != nullptr ? text : "it hangs up: it may not speak TLS";
  }
}

void Name(SSL* session, const std::string& host) {
  X509_VERIFY_PARAM* parameters = SSL_get0_param(session);
  if (X509_VERIFY_PARAM_set1_ip_asc(parameters, host.c_str()) == 1) return;
  // SSL_set_tlsext_host_name, which casts const away. OpenSSL copies the name.
  SSL_ctrl(session, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, const_cast<char*>(host.c_str()));
  X509_VERIFY_PARAM_set1_host(parameters, host.c_str(), host.size());
}

bool IsOfAnotherKey(unsigned long error) {
  return ERR_GET_LIB(error) == ERR_LIB_X509 &&
         (ERR_GET_REASON(error) == X509_R_KEY_VALUES_MISMATCH || ERR_GET_REASON(error) == X509_R_KEY_TYPE_MISMATCH);
}

// "" where the authorities, the certificate and the key that are named can be used.
std::string UnusableFile(SSL_CTX* context, const HostSettings& host) {
  const std::string unreadable = " cannot be read, or is no such PEM file";
  if (host.ca_file.empty()) {
    SSL_CTX_set_default_verify_paths(context);
  } else if (SSL_CTX_load_verify_locations(context, host.ca_file.c_str(), nullptr) != 1) {
    return host.ca_file + unreadable;
  }
  if (host.client_cert_file.empty()) return {};
  if (SSL_CTX_use_certificate_chain_file(context, host.client_cert_file.c_str()) != 1) {
    return host.client_cert_file + unreadable;
  }
  const std::string& key = host.client_key_file.empty() ? host.client_cert_file : host.client_key_file;
  ERR_clear_error();
  const bool read = SSL_CTX_use_PrivateKey_file(context, key.c_str(), SSL_FILETYPE_PEM) == 1;
  if (!read && !IsOfAnotherKey(ERR_peek_last_error())) return key + unreadable;
  // A key of another kind than the certificate's is read without a word.
  if (!read || SSL_CTX_check_private_key(context) != 1) return key + " does not belong to " + host.client_cert_file;
  return {};
}

// Whether an insecure host that has no TLS has plain HTTP, where the client would look for it.
bool ListensInPlain(Endpoint endpoint, const TlsCheck& options) {
  if (!options.host.insecure || !options.host.connect_to.empty() || endpoint.port != "443") return false;
  endpoint.port = options.plain_port;
  std::string why;
  const auto addresses = Resolve(endpoint, why);
  Descriptor socket;
  return why.empty() && Connect(addresses.get(), options.patience, socket).empty();
}

// Called where the host asks for a certificate and there is none.
int NoteCertificateWanted(SSL* session, X509**, EVP_PKEY**) noexcept {
  *static_cast<bool*>(SSL_get_ex_data(session, 0)) = true;
  return 0;
}

int DaysLeft(SSL* session, Time now) {
  const std::unique_ptr<X509, Freer<X509_free>> certificate(SSL_get1_peer_certificate(session));
  if (certificate == nullptr) return kSoonDays;
  const std::unique_ptr<ASN1_TIME, Freer<ASN1_TIME_free>> from(
      ASN1_TIME_set(nullptr, std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count()));
  int days = 0;
  int seconds = 0;
  ASN1_TIME_diff(&days, &seconds, from.get(), X509_get0_notAfter(certificate.get()));
  return days;
}

}  // namespace

Endpoint EndpointOf(const std::string& registry) {
  std::string text = ApiHostOf(registry);
  Endpoint endpoint;
  const auto colon = text.rfind(':');
  const auto bracket = text.rfind(']');
  if (colon != std::string::npos && (bracket == std::string::npos || colon > bracket)) {
    endpoint.port = text.substr(colon + 1);
    text.erase(colon);
  }
  if (text.starts_with('[') && text.ends_with(']')) text = text.substr(1, text.size() - 2);
  endpoint.host = std::move(text);
  return endpoint;
}

std::string ProxyVariable(const Console& console) {
  for (const auto* name : {"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"}) {
    if (!console.Env(name).empty()) return name;
  }
  return {};
}

Finding CheckDns(const Endpoint& endpoint) {
  std::string why;
  const auto addresses = Resolve(endpoint, why);
  if (addresses == nullptr) {
    return {"dns of " + endpoint.host, State::bad, why,
            "check the name, /etc/resolv.conf, and whether the name server can be reached from here"};
  }
  return {"dns of " + endpoint.host, State::ok, TextOf(*addresses), {}};
}

Finding CheckTls(const Endpoint& endpoint, const TlsCheck& options, Time now) {
  const HostSettings& host = options.host;
  const std::string check = "tls of " + endpoint.host + (endpoint.port == "443" ? "" : ":" + endpoint.port);
  std::string why;
  const auto addresses = Resolve(host.connect_to.empty() ? endpoint : EndpointOf(host.connect_to), why);
  Descriptor socket;
  if (why.empty()) why = Connect(addresses.get(), options.patience, socket);
  if (!why.empty() && ListensInPlain(endpoint, options)) {
    return {check, State::warning, why + "; it is asked in plain HTTP at port " + options.plain_port, kInsecure};
  }
  if (!why.empty()) return {check, State::bad, why, "check the network, the firewall, and whether a proxy is needed"};
  const Context context(SSL_CTX_new(TLS_client_method()));
  if (const std::string unusable = UnusableFile(context.get(), host); !unusable.empty()) {
    return {check, State::bad, unusable, "check that file"};
  }
  SSL_CTX_set_verify(context.get(), host.insecure ? SSL_VERIFY_NONE : SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_client_cert_cb(context.get(), NoteCertificateWanted);
  const Session session(SSL_new(context.get()));
  bool wants_certificate = false;
  SSL_set_ex_data(session.get(), 0, &wants_certificate);
  Name(session.get(), endpoint.host);
  SSL_set_fd(session.get(), socket.get());
  why = Handshake(session.get(), socket.get(), options.patience);
  if (wants_certificate) {
    return {check, why.empty() ? State::warning : State::bad, "it asks for a client certificate, and none is named",
            "--host-cert HOST=FILE and --host-key HOST=FILE"};
  }
  if (host.insecure) {
    return {check, State::warning, why.empty() ? "the certificate is not verified" : why + "; plain HTTP is tried then",
            kInsecure};
  }
  if (!why.empty()) {
    return {check, State::bad, why,
            "if its authority is your own: --host-ca HOST=FILE; if it has no certificate: --insecure-host HOST"};
  }
  const int days = DaysLeft(session.get(), now);
  const std::string lasts = std::string(SSL_get_version(session.get())) + ", the certificate lasts " +
                            std::to_string(days) + (days == 1 ? " day" : " days");
  if (days < kSoonDays) return {check, State::warning, lasts, "whoever runs that registry has to renew it"};
  return {check, State::ok, lasts, {}};
}

}  // namespace larder::tool
