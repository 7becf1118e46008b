#include "support/dns_responder.h"

#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <resolv.h>
#include <sys/socket.h>

#include <optional>

namespace larder::testing {
namespace {

struct Answer {
  int code = -1;
  std::vector<std::string> records;  // as text
};

std::string RecordText(ns_msg& message, const ns_rr& record) {
  const unsigned char* data = ns_rr_rdata(record);
  char text[NS_MAXDNAME] = "";
  if (ns_rr_type(record) == ns_t_a) return ::inet_ntop(AF_INET, data, text, sizeof text);
  ::dn_expand(ns_msg_base(message), ns_msg_end(message), data + 6, text, sizeof text);
  return std::to_string(ns_get16(data)) + " " + std::to_string(ns_get16(data + 2)) + " " +
         std::to_string(ns_get16(data + 4)) + " " + text;
}

// Asks with glibc's code for the protocol; nullopt where no answer comes.
std::optional<Answer> Query(const DnsResponder& dns, const char* name, ns_type type, int patience_ms = 10'000) {
  struct __res_state state = {};
  std::array<unsigned char, 512> query{};
  std::array<unsigned char, 4096> reply{};
  ::res_ninit(&state);
  const int size = ::res_nmkquery(&state, ns_o_query, name, ns_c_in, type, nullptr, 0, nullptr, query.data(),
                                  static_cast<int>(query.size()));
  ::res_nclose(&state);
  auto socket = BindLoopback(Transport::udp, 0);
  sockaddr_in server{};
  server.sin_family = AF_INET;
  server.sin_port = htons(dns.port());
  server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (size < 0 || !socket ||
      ::sendto(socket->fd(), query.data(), static_cast<std::size_t>(size), 0,
               reinterpret_cast<const sockaddr*>(&server), sizeof server) != size) {
    return std::nullopt;
  }
  pollfd poll{socket->fd(), POLLIN, 0};
  if (::poll(&poll, 1, patience_ms) != 1) return std::nullopt;
  const auto length = ::recv(socket->fd(), reply.data(), reply.size(), 0);
  ns_msg message;
  if (length <= 0 || ::ns_initparse(reply.data(), static_cast<int>(length), &message) != 0) return std::nullopt;
  Answer answer;
  answer.code = ns_msg_getflag(message, ns_f_rcode);
  EXPECT_EQ(ns_msg_id(message), query[0] << 8 | query[1]);
  for (int i = 0; i < ns_msg_count(message, ns_s_an); ++i) {
    ns_rr record;
    if (::ns_parserr(&message, ns_s_an, i, &record) == 0) answer.records.push_back(RecordText(message, record));
  }
  return answer;
}

TEST(DnsResponderTest, AnswersServicesAndAddresses) {
  DnsResponder dns;
  dns.SetServices("_memcached._tcp.pantry.test", {{10, 5, 11211, "m1.pantry.test"}, {20, 0, 11212, "m2.pantry.test"}});
  dns.SetAddresses("m1.pantry.test", {"127.0.0.1", "127.0.0.2"});
  auto services = Query(dns, "_memcached._tcp.Pantry.test", ns_t_srv);
  ASSERT_TRUE(services.has_value());
  EXPECT_EQ(services->code, ns_r_noerror);
  EXPECT_EQ(services->records, (std::vector<std::string>{"10 5 11211 m1.pantry.test", "20 0 11212 m2.pantry.test"}));
  auto addresses = Query(dns, "m1.pantry.test", ns_t_a);
  ASSERT_TRUE(addresses.has_value());
  EXPECT_EQ(addresses->records, (std::vector<std::string>{"127.0.0.1", "127.0.0.2"}));
  EXPECT_EQ(dns.queries(), 2);
  EXPECT_EQ(dns.queries("_memcached._tcp.pantry.test"), 1);
}

TEST(DnsResponderTest, TellsNoSuchNameFromNoSuchRecord) {
  DnsResponder dns;
  dns.SetAddresses("m1.pantry.test", {"127.0.0.1"});
  auto no_record = Query(dns, "m1.pantry.test", ns_t_aaaa);
  ASSERT_TRUE(no_record.has_value());
  EXPECT_EQ(no_record->code, ns_r_noerror);
  EXPECT_TRUE(no_record->records.empty());
  dns.Forget("m1.pantry.test");
  auto no_name = Query(dns, "m1.pantry.test", ns_t_a);
  ASSERT_TRUE(no_name.has_value());
  EXPECT_EQ(no_name->code, ns_r_nxdomain);
}

TEST(DnsResponderTest, FailsAndFallsSilentWhenTold) {
  DnsResponder dns;
  dns.SetAddresses("m1.pantry.test", {"127.0.0.1"});
  dns.FailWith(ns_r_servfail);
  auto failed = Query(dns, "m1.pantry.test", ns_t_a);
  ASSERT_TRUE(failed.has_value());
  EXPECT_EQ(failed->code, ns_r_servfail);
  EXPECT_TRUE(failed->records.empty());
  dns.FailWith(0);
  dns.SetSilent(true);
  EXPECT_FALSE(Query(dns, "m1.pantry.test", ns_t_a, 20).has_value());
  dns.SetSilent(false);
  EXPECT_TRUE(Query(dns, "m1.pantry.test", ns_t_a).has_value());
}

}  // namespace
}  // namespace larder::testing
