// Registries behind TLS of a private authority, by HTTP/2 and HTTP/1.1.
#include <gmock/gmock.h>

#include <iostream>

#include "integration/stack.h"
#include "support/test_certs.h"

namespace larder::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr int kBurst = 10;

class TlsTest : public RegistryTest {
 protected:
  void SetUp() override {
    RegistryTest::SetUp();
    if (!IsSkipped()) ServeTls(false);
  }

  void ServeTls(bool ask_client_certificate) {
    DockerRegistryOptions options;
    options.certificate = certs_.server_cert();
    options.key = certs_.server_key();
    if (ask_client_certificate) options.client_ca = certs_.ca_file();
    Serve(std::move(options));
    Fill(kFew);
  }
  void Fill(int tags) {
    Put(samples::MakeUniformRepository("tls/app", static_cast<std::size_t>(tags), 4));
    ref_ = Directly("tls/app");
  }

  NetworkOptions With(const HostSettings& settings) const {
    NetworkOptions options = Limited(1'000'000, kBurst);
    options.hosts[registry_->host()] = settings;
    return options;
  }
  HostSettings Trusting() const {
    HostSettings settings;
    settings.ca_file = certs_.ca_file();
    return settings;
  }
  RefreshReport RefreshWith(const HostSettings& settings) const {
    auto stack = Open(With(settings));
    if (stack == nullptr) return {};
    return stack->Refresh(ref_);
  }

  static constexpr int kFew = 12;
  const TestCerts certs_;
  std::string ref_;
};

TEST_F(TlsTest, AHostsOwnAuthorityIsTrusted) { EXPECT_TRUE(IsComplete(RefreshWith(Trusting()), kFew)); }

TEST_F(TlsTest, WithoutItsAuthorityTheErrorSaysWhatToDo) {
  const RefreshReport report = RefreshWith(HostSettings());
  ASSERT_TRUE(report.error.has_value());
  EXPECT_EQ(report.error->code, Errc::unavailable);
  EXPECT_THAT(report.error->message,
              AllOf(HasSubstr(registry_->host()), HasSubstr("not trusted"), HasSubstr("ca_file")));
  EXPECT_EQ(report.completeness, Completeness::never_fetched);
}

TEST_F(TlsTest, AnInsecureHostIsNotVerified) {
  HostSettings settings;
  settings.insecure = true;
  EXPECT_TRUE(IsComplete(RefreshWith(settings), kFew));
}

TEST_F(TlsTest, AClientCertificateIsGivenWhereOneIsSet) {
  ServeTls(true);
  const RefreshReport refused = RefreshWith(Trusting());
  ASSERT_TRUE(refused.error.has_value());
  EXPECT_EQ(refused.error->code, Errc::unavailable);
  EXPECT_THAT(refused.error->message, HasSubstr(registry_->host()));
  HostSettings settings = Trusting();
  settings.client_cert_file = certs_.client_cert();
  settings.client_key_file = certs_.client_key();
  auto stack = Open(With(settings));
  ASSERT_NE(stack, nullptr);
  EXPECT_TRUE(IsComplete(stack->Refresh(ref_), kFew));
  EXPECT_EQ(stack->network().Count().connections, 1U) << "one, as HTTP/2 has it";
}

TEST_F(TlsTest, AThousandRequestsShareOneConnectionOnHttp2) {
  constexpr int kTags = 800;
  Fill(kTags);
  auto stack = Open(With(Trusting()));
  ASSERT_NE(stack, nullptr);
  EXPECT_TRUE(IsComplete(stack->Refresh(ref_), kTags));
  const auto counters = stack->network().Count();
  EXPECT_EQ(counters.requests.at(registry_->host()), 1U + 1U + kTags + kTags / 4);
  EXPECT_EQ(counters.connections, 1U);
  std::cout << "counts: connections for 1,000 requests on HTTP/2: " << counters.connections << '\n';
}

TEST_F(TlsTest, AsManyConnectionsAsTheBurstDoOnHttp1) {
  constexpr int kTags = 200;
  Fill(kTags);
  NetworkOptions options = With(Trusting());
  options.http2 = false;
  auto stack = Open(std::move(options));
  ASSERT_NE(stack, nullptr);
  EXPECT_TRUE(IsComplete(stack->Refresh(ref_), kTags));
  const auto connections = stack->network().Count().connections;
  EXPECT_GE(connections, 2U);
  EXPECT_LE(connections, kBurst + 1U);
  std::cout << "counts: connections for 250 requests on HTTP/1.1, burst 10: " << connections << '\n';
}

}  // namespace
}  // namespace larder::testing
