#include "support/memcached_server.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>

#include "support/servers.h"
#include "support/socket.h"

namespace larder::testing {
namespace {

class MemcachedServerTest : public ::testing::Test {
 protected:
  void SetUp() override { LARDER_SKIP_WITHOUT_MEMCACHED(); }
};

bool Readable(const Socket& socket, int milliseconds) {
  pollfd poll{socket.fd(), POLLIN, 0};
  return ::poll(&poll, 1, milliseconds) == 1;
}

// Sends a command; what comes back, up to its last line.
std::string Say(const Socket& socket, const std::string& command, const std::string& last) {
  std::string answer;
  ::send(socket.fd(), command.data(), command.size(), MSG_NOSIGNAL);
  while (!answer.ends_with(last)) {
    char bytes[4096];
    const auto count = Readable(socket, 10'000) ? ::recv(socket.fd(), bytes, sizeof bytes, 0) : 0;
    if (count <= 0) return answer + "<end>";
    answer.append(bytes, static_cast<std::size_t>(count));
  }
  return answer;
}

TEST_F(MemcachedServerTest, StoresOverTcp) {
  auto server = MemcachedServer::Start();
  ASSERT_TRUE(server.has_value()) << server.error().ToString();
  EXPECT_EQ((*server)->endpoint(), "127.0.0.1:" + std::to_string((*server)->port()));
  auto socket = ConnectLoopback((*server)->port());
  ASSERT_TRUE(socket.has_value());
  EXPECT_EQ(Say(*socket, "set k 0 0 2\r\nhi\r\n", "\r\n"), "STORED\r\n");
  EXPECT_EQ(Say(*socket, "get k\r\n", "END\r\n"), "VALUE k 0 2\r\nhi\r\nEND\r\n");
}

TEST_F(MemcachedServerTest, StoresOverAUnixSocket) {
  auto server = MemcachedServer::Start({.unix_socket = true, .arguments = {}});
  ASSERT_TRUE(server.has_value()) << server.error().ToString();
  auto socket = ConnectUnix((*server)->endpoint());
  ASSERT_TRUE(socket.has_value());
  EXPECT_EQ(Say(*socket, "set k 0 0 2\r\nhi\r\n", "\r\n"), "STORED\r\n");
}

TEST_F(MemcachedServerTest, TakesItsLimits) {
  auto server =
      MemcachedServer::Start({.memory_mb = 16, .max_item_size = "4k", .arguments = {"-o", "slab_chunk_max=4"}});
  ASSERT_TRUE(server.has_value()) << server.error().ToString();
  auto socket = ConnectLoopback((*server)->port());
  ASSERT_TRUE(socket.has_value());
  const std::string settings = Say(*socket, "stats settings\r\n", "END\r\n");
  EXPECT_NE(settings.find("STAT item_size_max 4096\r\n"), std::string::npos);
  EXPECT_NE(settings.find("STAT maxbytes 16777216\r\n"), std::string::npos);
}

TEST_F(MemcachedServerTest, PausedItAnswersNothingUntilResumed) {
  auto server = MemcachedServer::Start();
  ASSERT_TRUE(server.has_value()) << server.error().ToString();
  auto socket = ConnectLoopback((*server)->port());
  ASSERT_TRUE(socket.has_value());
  ASSERT_EQ(Say(*socket, "mn\r\n", "\r\n"), "MN\r\n");
  (*server)->Pause();
  ASSERT_EQ(::send(socket->fd(), "mn\r\n", 4, MSG_NOSIGNAL), 4);
  EXPECT_FALSE(Readable(*socket, 20));
  (*server)->Resume();
  EXPECT_TRUE(Readable(*socket, 10'000));
}

TEST_F(MemcachedServerTest, RestartsEmptyAtTheSamePort) {
  auto server = MemcachedServer::Start();
  ASSERT_TRUE(server.has_value()) << server.error().ToString();
  const std::uint16_t port = (*server)->port();
  {
    auto socket = ConnectLoopback(port);
    ASSERT_TRUE(socket.has_value());
    ASSERT_EQ(Say(*socket, "set k 0 0 2\r\nhi\r\n", "\r\n"), "STORED\r\n");
  }
  (*server)->Kill();
  EXPECT_FALSE(ConnectLoopback(port).has_value());
  ASSERT_TRUE((*server)->Restart().has_value());
  EXPECT_EQ((*server)->port(), port);
  auto socket = ConnectLoopback(port);
  ASSERT_TRUE(socket.has_value());
  EXPECT_EQ(Say(*socket, "get k\r\n", "END\r\n"), "END\r\n");
}

}  // namespace
}  // namespace larder::testing
