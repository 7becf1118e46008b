#include "support/socket.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support/free_port.h"
#include "support/listening_ports.h"
#include "support/temp_dir.h"

namespace larder::testing {
namespace {

TEST(SocketTest, ConnectsToWhatListens) {
  auto listener = BindLoopback(Transport::tcp, 0);
  ASSERT_TRUE(listener.has_value());
  ASSERT_EQ(::listen(listener->fd(), 1), 0);
  EXPECT_TRUE(ConnectLoopback(LocalPort(*listener)).has_value());
}

TEST(SocketTest, ListeningPortsAreThoseOfTheProcessAlone) {
  auto listener = BindLoopback(Transport::tcp, 0);
  ASSERT_TRUE(listener.has_value());
  EXPECT_TRUE(ListeningPorts(::getpid()).empty());
  ASSERT_EQ(::listen(listener->fd(), 1), 0);
  EXPECT_EQ(ListeningPorts(::getpid()), std::vector<std::uint16_t>{LocalPort(*listener)});
  EXPECT_TRUE(ListeningPorts(::getppid()) != ListeningPorts(::getpid()));
}

TEST(SocketTest, FreePortCanBeBound) {
  const std::uint16_t port = FreePort();
  ASSERT_NE(port, 0);
  EXPECT_TRUE(BindLoopback(Transport::tcp, port).has_value());
}

TEST(SocketTest, RefusingPortRefusesAndIsTaken) {
  const RefusingPort refusing;
  auto connected = ConnectLoopback(refusing.port());
  ASSERT_FALSE(connected.has_value());
  EXPECT_EQ(connected.error().code, Errc::unavailable);
  EXPECT_FALSE(BindLoopback(Transport::tcp, refusing.port()).has_value());
}

TEST(TempDirTest, GoesWithAllItHolds) {
  std::filesystem::path path;
  {
    const TempDir directory;
    path = directory.path();
    ASSERT_TRUE(std::filesystem::create_directories(directory / "a/b"));
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

}  // namespace
}  // namespace larder::testing
