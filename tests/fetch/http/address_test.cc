#include "http/address.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/un.h>

#include <cstring>

namespace larder::http {
namespace {

TEST(AddressTest, PublicAddressesArePublic) {
  for (const char* text :
       {"8.8.8.8", "1.1.1.1", "100.63.255.255", "100.128.0.0", "172.15.255.255", "172.32.0.0", "192.167.255.255",
        "192.169.0.0", "169.253.255.255", "11.0.0.0", "126.255.255.255", "128.0.0.1", "223.255.255.255",
        "2606:4700::1111", "2a00:1450::1", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2002:808:808::1"}) {
    EXPECT_TRUE(IsPublicAddress(std::string(text))) << text;
  }
}

TEST(AddressTest, LocalPrivateAndReservedAddressesAreNot) {
  for (const char* text : {"0.0.0.0",
                           "0.1.2.3",
                           "10.0.0.1",
                           "10.255.255.255",
                           "100.64.0.1",
                           "100.127.255.255",
                           "127.0.0.1",
                           "127.255.255.255",
                           "169.254.169.254",
                           "172.16.0.1",
                           "172.31.255.255",
                           "192.0.0.1",
                           "192.168.0.1",
                           "198.18.0.1",
                           "198.19.255.255",
                           "224.0.0.1",
                           "240.0.0.1",
                           "255.255.255.255",
                           "::",
                           "::1",
                           "fc00::1",
                           "fd00:ec2::254",
                           "fe80::1",
                           "ff02::1",
                           "::ffff:127.0.0.1",
                           "::ffff:10.0.0.1",
                           "::127.0.0.1",
                           "64:ff9b::a9fe:a9fe",
                           "2002:7f00:1::1",
                           "2002:a00:1::1",
                           "2001:db8::1",
                           "2001::1",
                           "",
                           "localhost",
                           "8.8.8",
                           "8.8.8.8:80"}) {
    EXPECT_FALSE(IsPublicAddress(std::string(text))) << text;
  }
}

TEST(AddressTest, SocketAddressesAreJudgedAsTheirText) {
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  for (const auto& [text, is_public] : {std::pair("8.8.8.8", true), std::pair("127.0.0.1", false)}) {
    ASSERT_EQ(inet_pton(AF_INET, text, &v4.sin_addr), 1);
    sockaddr address;
    std::memcpy(&address, &v4, sizeof address);
    EXPECT_EQ(IsPublicAddress(address), is_public) << text;
  }
  sockaddr unix_address{};
  unix_address.sa_family = AF_UNIX;
  EXPECT_FALSE(IsPublicAddress(unix_address));
}

TEST(AddressTest, LoopbackIsThisMachine) {
  EXPECT_TRUE(IsLoopbackAddress("127.0.0.1"));
  EXPECT_TRUE(IsLoopbackAddress("127.8.0.1"));
  EXPECT_TRUE(IsLoopbackAddress("::1"));
  EXPECT_FALSE(IsLoopbackAddress("10.0.0.1"));
  EXPECT_FALSE(IsLoopbackAddress("localhost"));
}

}  // namespace
}  // namespace larder::http
