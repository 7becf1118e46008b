#include "resolver.h"

#include <ares.h>
#include <arpa/nameser.h>
#include <netdb.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <mutex>

namespace larder::memcached {
namespace {

std::unexpected<Error> Failed(const std::string& name, int code) {
  return Fail(Errc::unavailable, "DNS: " + name + ": " + ares_strerror(code));
}

// One c-ares channel: questions are asked, then Run collects the answers. What is unanswered when it is destroyed is
// answered ARES_EDESTRUCTION, so whatever the callbacks write to is declared before the channel.
class Channel {
 public:
  static Result<Channel> Open(const std::string& server, std::chrono::milliseconds bound) {
    static std::once_flag once;
    std::call_once(once, [] { ares_library_init(ARES_LIB_INIT_ALL); });
    ares_options options{};
    options.timeout = static_cast<int>(std::max<std::int64_t>(bound.count() / 2, 1));
    options.tries = 2;
    ares_channel channel = nullptr;
    int code = ares_init_options(&channel, &options, ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES);
    if (code != ARES_SUCCESS) return Failed("start", code);
    Channel opened(channel);
    if (!server.empty()) code = ares_set_servers_ports_csv(channel, server.c_str());
    if (code != ARES_SUCCESS) return Failed("server \"" + server + "\"", code);
    return opened;
  }

  ares_channel get() const { return channel_.get(); }

  // Until every question is answered, or `until`.
  void Run(std::chrono::steady_clock::time_point until) const {
    using std::chrono::milliseconds;
    using std::chrono::steady_clock;
    for (;;) {
      std::array<ares_socket_t, ARES_GETSOCK_MAXNUM> sockets{};
      std::array<pollfd, ARES_GETSOCK_MAXNUM> polls{};
      const int mask = ares_getsock(get(), sockets.data(), ARES_GETSOCK_MAXNUM);
      nfds_t count = 0;
      for (int i = 0; i < ARES_GETSOCK_MAXNUM; ++i) {
        short events = 0;
        if (ARES_GETSOCK_READABLE(mask, i)) events |= POLLIN;
        if (ARES_GETSOCK_WRITABLE(mask, i)) events |= POLLOUT;
        if (events != 0) polls[count++] = pollfd{sockets[static_cast<std::size_t>(i)], events, 0};
      }
      const auto left = std::chrono::ceil<milliseconds>(until - steady_clock::now());
      if (count == 0 || left <= milliseconds(0)) return;
      timeval most{static_cast<time_t>(left.count() / 1000), static_cast<suseconds_t>(left.count() % 1000 * 1000)};
      timeval next{};
      const timeval* wait = ares_timeout(get(), &most, &next);
      const int ready = poll(polls.data(), count, static_cast<int>(wait->tv_sec * 1000 + wait->tv_usec / 1000 + 1));
      if (ready < 0 && errno != EINTR) return;
      Process(std::span(polls).first(count), ready > 0);
    }
  }

 private:
  struct Destroy {
    void operator()(ares_channeldata* channel) const noexcept { ares_destroy(channel); }
  };
  explicit Channel(ares_channel channel) : channel_(channel) {}

  void Process(std::span<const pollfd> polls, bool ready) const {
    if (!ready) ares_process_fd(get(), ARES_SOCKET_BAD, ARES_SOCKET_BAD);  // what timed out
    for (const pollfd& one : polls) {
      if (one.revents == 0) continue;
      const bool writable = (one.revents & POLLOUT) != 0;
      const bool readable = (one.revents & ~POLLOUT) != 0;
      ares_process_fd(get(), readable ? one.fd : ARES_SOCKET_BAD, writable ? one.fd : ARES_SOCKET_BAD);
    }
  }

  std::unique_ptr<ares_channeldata, Destroy> channel_;
};

struct SrvAnswer {
  int code = ARES_ETIMEOUT;
  std::vector<Address> servers;
};

void OnSrv(void* context, int code, int, unsigned char* bytes, int length) noexcept {
  auto& answer = *static_cast<SrvAnswer*>(context);
  if (code == ARES_EDESTRUCTION) return;
  answer.code = code;
  if (code != ARES_SUCCESS) return;
  ares_srv_reply* records = nullptr;
  answer.code = ares_parse_srv_reply(bytes, length, &records);
  const std::unique_ptr<ares_srv_reply, void (*)(void*)> owner(records, ares_free_data);
  for (const auto* record = records; record != nullptr; record = record->next) {
    // A target of "." says that there is no such service here.
    auto server = ParseAddress(std::string(record->host) + ":" + std::to_string(record->port));
    if (server.has_value() && !server->is_unix()) answer.servers.push_back(std::move(*server));
  }
}

struct HostAnswer {
  int code = ARES_ETIMEOUT;
  std::vector<std::string> addresses;
};

void OnHost(void* context, int code, int, ares_addrinfo* info) noexcept {
  auto& answer = *static_cast<HostAnswer*>(context);
  const std::unique_ptr<ares_addrinfo, void (*)(ares_addrinfo*)> owner(info, ares_freeaddrinfo);
  if (code == ARES_EDESTRUCTION) return;
  answer.code = code;
  if (code != ARES_SUCCESS || info == nullptr) return;
  for (const auto* node = info->nodes; node != nullptr; node = node->ai_next) {
    std::array<char, NI_MAXHOST> text{};
    if (getnameinfo(node->ai_addr, node->ai_addrlen, text.data(), text.size(), nullptr, 0, NI_NUMERICHOST) == 0) {
      answer.addresses.emplace_back(text.data());
    }
  }
}

}  // namespace

Result<std::vector<Address>> Resolver::Servers(const std::string& srv_name) const {
  const auto until = std::chrono::steady_clock::now() + bound_;
  SrvAnswer answer;
  {
    LARDER_ASSIGN_OR_RETURN(const Channel channel, Channel::Open(server_, bound_));
    ares_search(channel.get(), srv_name.c_str(), ns_c_in, ns_t_srv, OnSrv, &answer);
    channel.Run(until);
  }
  if (answer.code != ARES_SUCCESS) return Failed("SRV " + srv_name, answer.code);
  if (answer.servers.empty()) return Failed("SRV " + srv_name, ARES_ENODATA);
  return NormalizeAddresses(std::move(answer.servers));
}

std::vector<Result<std::vector<std::string>>> Resolver::Hosts(std::span<const std::string> hosts) const {
  const auto until = std::chrono::steady_clock::now() + bound_;
  std::vector<HostAnswer> answers(hosts.size());
  std::vector<Result<std::vector<std::string>>> results;
  {
    auto channel = Channel::Open(server_, bound_);
    if (!channel.has_value()) {
      results.assign(hosts.size(), std::unexpected<Error>(channel.error()));
      return results;
    }
    ares_addrinfo_hints hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    for (std::size_t i = 0; i < hosts.size(); ++i) {
      ares_getaddrinfo(channel->get(), hosts[i].c_str(), nullptr, &hints, OnHost, &answers[i]);
    }
    channel->Run(until);
  }
  for (std::size_t i = 0; i < hosts.size(); ++i) {
    if (answers[i].code == ARES_SUCCESS && answers[i].addresses.empty()) answers[i].code = ARES_ENODATA;
    if (answers[i].code == ARES_SUCCESS) {
      results.emplace_back(std::move(answers[i].addresses));
    } else {
      results.emplace_back(Failed(hosts[i], answers[i].code));
    }
  }
  return results;
}

}  // namespace larder::memcached
