// Credentials of ECR: one token a region, signed for, kept, and left alone after a failure.
#include "fetch/clouds/cloud_test.h"
#include "support/test_certs.h"

namespace larder {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using ::testing::AllOf;
using testing::AwsSignatureProblem;
using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr const char* kOther = "210987654321.dkr.ecr.eu-west-1.amazonaws.com/x";
constexpr const char* kVirginia = "123456789012.dkr.ecr.us-east-1.amazonaws.com/x";

class EcrTest : public CloudTest {
 protected:
  EcrTest() { UseKeys(); }
  void ServeRegion(const std::string& region) {
    server_.On("PUT", "/metadata/latest/api/token", Reply(200, "v2-token"));
    server_.On("GET", "/metadata/latest/meta-data/placement/region", Reply(200, region));
  }
};

TEST_F(EcrTest, TheRequestIsSignedAsTheSpecificationSays) {
  ServeTokens();
  for (const std::size_t session_token : {0u, 16u, 5000u}) {
    server_.ForgetRequests();
    environment_["AWS_SESSION_TOKEN"] = std::string(session_token, 's');
    const auto source = EcrIn({"eu-west-1"});
    EXPECT_THAT(Who(*source, kIreland), HasSubstr(" from ECR in eu-west-1, keys of AWS_ACCESS_KEY_ID"));
    ASSERT_EQ(server_.requests().size(), 1u);
    const Asked asked = server_.requests()[0];
    EXPECT_EQ(AwsSignatureProblem(asked, "eu-west-1", "ecr", kSecret), "") << session_token;
    EXPECT_EQ(asked.Find("x-amz-target"), "AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken");
    EXPECT_EQ(asked.Find("content-type"), "application/x-amz-json-1.1");
    EXPECT_EQ(asked.Find("x-amz-security-token").value_or("").size(), session_token);
    EXPECT_EQ(asked.body, "{}");
  }
}

TEST_F(EcrTest, OneTokenServesARegionUntilShortlyBeforeItExpires) {
  ServeTokens();
  const auto source = EcrIn({"eu-west-1", "us-east-1"});
  EXPECT_THAT(Who(*source, kIreland), StartsWith("AWS:token-1 "));
  EXPECT_THAT(Who(*source, kOther), StartsWith("AWS:token-1 ")) << "another account";
  EXPECT_THAT(Who(*source, kVirginia), StartsWith("AWS:token-2 ")) << "another region";
  const Answer answer = Ask(*source, kIreland);
  ASSERT_TRUE(answer.has_value() && answer->has_value());
  EXPECT_GT((*answer)->expires, timers_.Now() + hours(11)) << "so that who holds it knows when to ask again";
  EXPECT_LE((*answer)->expires, timers_.Now() + hours(12));
  timers_.Advance(hours(10));
  EXPECT_THAT(Who(*source, kIreland), StartsWith("AWS:token-1 "));
  EXPECT_EQ(issued_, 2);
  timers_.Advance(hours(1));
  EXPECT_THAT(Who(*source, kIreland), StartsWith("AWS:token-1 ")) << "good for another hour, and nobody waits";
  EXPECT_TRUE(server_.WaitForRequests(3));
  timers_.Advance(hours(1));
  EXPECT_THAT(Who(*source, kIreland), StartsWith("AWS:token-3 "));
  timers_.Advance(hours(13));
  EXPECT_THAT(Who(*source, kIreland), StartsWith("AWS:token-4 ")) << "expired while nobody asked";
  EXPECT_EQ(server_.requests().size(), 4u);
}

TEST_F(EcrTest, AHundredQuestionsAtOnceCostOneRequest) {
  ServeTokens();
  const auto source = EcrIn({"eu-west-1"});
  int answered = 0;
  for (int i = 0; i < 100; ++i) {
    source->CredentialFor(*ImageName::Parse(kIreland), {}, [&](Answer answer) {
      EXPECT_TRUE(answer.has_value() && answer->has_value());
      if (++answered == 100) loop_.Stop();
    });
  }
  loop_.Run();
  EXPECT_EQ(server_.requests().size(), 1u);
}

TEST_F(EcrTest, AFailedRegionIsLeftAloneForTenMinutes) {
  server_.On("POST", "/", [](const Asked& asked) {
    const bool ireland = asked.Find("authorization").value_or("").find("/eu-west-1/") != std::string::npos;
    return ireland ? Reply(400, R"({"__type":"a#UnrecognizedClientException","message":"AKIDEXAMPLE"})")
                   : Token("good");
  });
  const auto source = EcrIn({"eu-west-1", "us-east-1"});
  const Time before = timers_.Now();
  const Answer refused = Ask(*source, kIreland);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, Errc::unavailable);
  EXPECT_GE(refused.error().retry_at, before + minutes(10));
  EXPECT_THAT(refused.error().message,
              AllOf(HasSubstr("eu-west-1"), HasSubstr("UnrecognizedClientException"), Not(HasSubstr("AKIDEXAMPLE"))));
  EXPECT_FALSE(Ask(*source, kOther).has_value()) << "an error, so that nothing anonymous is sent either";
  EXPECT_EQ(server_.requests().size(), 1u);
  EXPECT_THAT(Who(*source, kVirginia), StartsWith("AWS:good "));
  ServeTokens();
  timers_.Advance(minutes(9));
  EXPECT_FALSE(Ask(*source, kIreland).has_value());
  timers_.Advance(minutes(2));
  EXPECT_THAT(Who(*source, kIreland), StartsWith("AWS:token-1 "));
}

TEST_F(EcrTest, ATokenThatCannotBeRenewedIsUsedToItsEnd) {
  ServeTokens();
  const auto source = EcrIn({"eu-west-1"});
  EXPECT_THAT(Who(*source, kIreland), StartsWith("AWS:token-1 "));
  server_.On("POST", "/", Reply(503, "busy"));
  timers_.Advance(hours(11));
  EXPECT_THAT(Who(*source, kIreland), StartsWith("AWS:token-1 "));
  EXPECT_TRUE(server_.WaitForRequests(2));
  timers_.Advance(minutes(1));
  EXPECT_THAT(Who(*source, kIreland), StartsWith("AWS:token-1 "));
  timers_.Advance(minutes(59));
  EXPECT_THAT(Who(*source, kIreland), HasSubstr("status 503"));
}

TEST_F(EcrTest, LeavesOutAccountsAndRegions) {
  ServeTokens();
  const struct {
    std::vector<std::string> regions;
    std::optional<std::vector<std::string>> include;
    std::optional<std::vector<std::string>> exclude;
    std::string image;
    bool included;
  } kCases[] = {
      {{"eu-west-1"}, {}, {}, kIreland, true},
      {{"us-east-1"}, {}, {}, kIreland, false},
      {{"us-east-1", "eu-west-1"}, {}, {}, kIreland, true},
      {{"eu-west-1"}, {{"123456789012"}}, {}, kIreland, true},
      {{"eu-west-1"}, {{"123456789012"}}, {}, kOther, false},
      {{"eu-west-1"}, std::vector<std::string>{}, {}, kIreland, false},
      {{"eu-west-1"}, {}, {{"123456789012"}}, kIreland, false},
      {{"eu-west-1"}, {{"123456789012"}}, {{"123456789012"}}, kIreland, false},
      {{"us-west-2"}, {}, {}, "602401143452.dkr.ecr.us-west-2.amazonaws.com/eks/pause", false},
      {{"me-south-1"}, {}, {}, "918309763551.dkr.ecr.me-south-1.amazonaws.com/eks/pause", false},
      {{"us-west-2"}, {}, std::vector<std::string>{}, "602401143452.dkr.ecr.us-west-2.amazonaws.com/eks/pause", true},
      {{"us-west-2"}, std::vector<std::string>{}, {}, "quay.io/team/app", true},
  };
  for (const auto& test : kCases) {
    EcrOptions options;
    options.regions = test.regions;
    options.include_ids = test.include;
    if (test.exclude) options.exclude_ids = *test.exclude;
    const auto source = Ecr(options);
    EXPECT_EQ(source->Includes(*ImageName::Parse(test.image)), test.included) << test.image;
    const Answer answer = Ask(*source, test.image);
    ASSERT_EQ(answer.has_value(), test.included) << test.image;
    if (test.included) continue;
    EXPECT_EQ(answer.error().code, Errc::permission_denied) << answer.error().message;
  }
}

TEST_F(EcrTest, RefusesOptionsThatCannotBe) {
  EcrOptions options;
  options.regions = {"eu west"};
  EXPECT_EQ(MakeEcrSource(Http(), options).error().code, Errc::invalid_argument);
  options.regions = {"evil.example/"};
  EXPECT_EQ(MakeEcrSource(Http(), options).error().code, Errc::invalid_argument);
  options.regions = {};
  options.include_ids = {{"1234"}};
  EXPECT_EQ(MakeEcrSource(Http(), options).error().code, Errc::invalid_argument);
  options.include_ids.reset();
  options.exclude_ids = {"12345678901x"};
  EXPECT_EQ(MakeEcrSource(Http(), options).error().code, Errc::invalid_argument);
}

TEST_F(EcrTest, TheDetectedRegionIsTheOnlyOne) {
  ServeTokens();
  environment_["AWS_DEFAULT_REGION"] = "us-east-1";
  environment_["AWS_REGION"] = "eu-west-1";
  const auto source = Ecr();
  EXPECT_TRUE(source->Includes(*ImageName::Parse(kVirginia))) << "nothing was detected yet";
  EXPECT_THAT(Who(*source, kIreland), StartsWith("AWS:token-1 "));
  EXPECT_FALSE(source->Includes(*ImageName::Parse(kVirginia)));
  EXPECT_THAT(Who(*source, kVirginia), HasSubstr("region us-east-1 is not among those to include (eu-west-1)"));
  EXPECT_THAT(log_, Contains(HasSubstr("ECR is asked with the keys of AWS_ACCESS_KEY_ID, for images of eu-west-1")));
}

TEST_F(EcrTest, ThePreflightSaysWhatThereIs) {
  environment_["AWS_REGION"] = "eu-west-1";
  const auto source = Ecr();
  using Found = Result<EcrSource::Found>;
  const auto look = [&](EcrSource& ecr) {
    return Wait<Found>([&](std::function<void(Found)> done) { ecr.Preflight({}, std::move(done)); });
  };
  const Found found = look(*source);
  ASSERT_TRUE(found.has_value()) << found.error().message;
  EXPECT_THAT(found->regions, ElementsAre("eu-west-1"));
  EXPECT_EQ(found->keys_from, "AWS_ACCESS_KEY_ID");
  EXPECT_EQ(server_.requests().size(), 0u);

  environment_.erase("AWS_ACCESS_KEY_ID");
  const auto without = Ecr();
  const Found none = look(*without);
  ASSERT_FALSE(none.has_value());
  EXPECT_EQ(none.error().code, Errc::unavailable);
  EXPECT_THAT(none.error().message,
              AllOf(HasSubstr("~/.aws/credentials [default]"), HasSubstr("container"), HasSubstr("instance")));
}

// Regions are those given, else the one detected, else none (Flux's ImageCredsWithAWSAuth).
TEST_F(EcrTest, WithoutARegionNoneIsIncludedAndNothingIsAskedTwice) {
  environment_.erase("AWS_ACCESS_KEY_ID");
  environment_["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = server_.url("/metadata/");
  const auto source = Ecr();
  EXPECT_TRUE(source->Includes(*ImageName::Parse(kIreland))) << "it was not looked for yet";
  const Answer answer = Ask(*source, kIreland);
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().code, Errc::permission_denied);
  EXPECT_THAT(answer.error().message, HasSubstr("no region is named or detected"));
  EXPECT_THAT(Who(*source, kVirginia), HasSubstr("no region is named or detected"));
  EXPECT_EQ(Who(*source, "public.ecr.aws/x/y"), "none");
  EXPECT_EQ(server_.requests().size(), 1u);
  EXPECT_FALSE(source->Includes(*ImageName::Parse(kIreland)));
  EXPECT_TRUE(source->Includes(*ImageName::Parse("quay.io/team/app")));
  EXPECT_EQ(log_.size(), 1u);
  timers_.Advance(minutes(11));
  EXPECT_THAT(Who(*source, kIreland), HasSubstr("no region is named or detected"));
  EXPECT_EQ(server_.requests().size(), 2u);
  // A filter that leaves them out has it looked for all the same.
  ServeRegion("eu-west-1");
  timers_.Advance(minutes(11));
  EXPECT_FALSE(source->Includes(*ImageName::Parse(kIreland)));
  Who(*source, "public.ecr.aws/x/y");  // the loop runs
  EXPECT_TRUE(source->Includes(*ImageName::Parse(kIreland)));
  EXPECT_FALSE(source->Includes(*ImageName::Parse(kVirginia)));
}

TEST_F(EcrTest, WithoutKeysWhateverElseKnowsACredentialServesTheRegion) {
  environment_.erase("AWS_ACCESS_KEY_ID");
  environment_["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = server_.url("/metadata/");
  const auto source = EcrIn({"eu-west-1"});
  EXPECT_EQ(Who(*source, kIreland), "none");
  EXPECT_TRUE(source->Includes(*ImageName::Parse(kIreland)));
  EXPECT_FALSE(source->Includes(*ImageName::Parse(kVirginia)));
  EXPECT_EQ(Who(*source, kIreland), "none");
  EXPECT_EQ(server_.requests().size(), 1u);
}

TEST_F(EcrTest, WithoutKeysARegionThatIsNotTheDetectedOneIsLeftOutFromTheFirstQuestionOn) {
  environment_.erase("AWS_ACCESS_KEY_ID");
  environment_["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = server_.url("/metadata/");
  environment_["AWS_REGION"] = "eu-west-1";
  const auto source = Ecr();
  for (int i = 0; i < 2; ++i) {
    EXPECT_THAT(Who(*source, kVirginia), AllOf(HasSubstr("is left out"), HasSubstr("region us-east-1"))) << i;
  }
  EXPECT_EQ(Who(*source, kIreland), "none");
}

// The loop's timers, which count what is posted.
class CountingTimers final : public http::Timers {
 public:
  explicit CountingTimers(http::Timers& real) : real_(real) {}
  Time Now() const override { return real_.Now(); }
  Id At(Time when, std::function<void()> fire) override { return real_.At(when, std::move(fire)); }
  void Cancel(Id id) override { real_.Cancel(id); }
  void Post(std::function<void()> fn) override {
    ++posted;
    real_.Post(std::move(fn));
  }
  std::atomic<int> posted = 0;

 private:
  http::Timers& real_;
};

TEST_F(EcrTest, AFilterOfManyImagesHasARegionLookedForOnce) {
  environment_.erase("AWS_ACCESS_KEY_ID");
  environment_["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = server_.url("/metadata/");
  Http();  // makes the session
  CountingTimers timers(timers_);
  const auto source = *MakeEcrSource(CloudHttp(*session_, timers, nullptr), With(EcrOptions()));
  EXPECT_THAT(Who(*source, kIreland), HasSubstr("no region is named or detected"));
  for (int pass = 0; pass < 2; ++pass) {
    timers.posted = 0;
    for (int i = 0; i < 100; ++i) EXPECT_FALSE(source->Includes(*ImageName::Parse(kIreland)));
    EXPECT_EQ(timers.posted.load(), 1) << pass;
    Who(*source, "public.ecr.aws/x/y");  // the loop runs
  }
}

TEST_F(EcrTest, APreflightThatSucceededIsNotRepeated) {
  ServeTokens();
  environment_["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = server_.url("/metadata/");
  ServeRegion("eu-west-1");
  const auto source = Ecr();
  using Found = Result<EcrSource::Found>;
  for (int i = 0; i < 3; ++i) {
    const Found found = Wait<Found>([&](std::function<void(Found)> done) { source->Preflight({}, std::move(done)); });
    ASSERT_TRUE(found.has_value()) << found.error().message;
    EXPECT_THAT(found->regions, ElementsAre("eu-west-1"));
    EXPECT_THAT(Who(*source, kIreland), StartsWith("AWS:token-"));
    timers_.Advance(std::chrono::hours(5));
  }
  EXPECT_EQ(server_.count("GET", "/metadata/latest/meta-data/placement/region"), 1u);
}

TEST_F(EcrTest, ImagesOfOthersAreNoneOfItsBusiness) {
  environment_["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = server_.url("/metadata/");
  const auto source = Ecr();
  EXPECT_EQ(Who(*source, "quay.io/team/app"), "none");
  EXPECT_EQ(server_.requests().size(), 0u);
}

TEST_F(EcrTest, EcrPublicHasATokenOfItsOwnAndIsAnybodysWithoutOne) {
  environment_["AWS_ENDPOINT_URL_ECR_PUBLIC"] = server_.url("/public");
  server_.On("POST", "/public", [](const Asked&) {
    return Reply(200, R"({"authorizationData":{"authorizationToken":")" + EncodeBase64("AWS:public") + "\"}}");
  });
  auto source = EcrIn({"eu-west-1"});
  EXPECT_THAT(Who(*source, "public.ecr.aws/x/y"), StartsWith("AWS:public "));
  ASSERT_EQ(server_.requests().size(), 1u);
  EXPECT_EQ(AwsSignatureProblem(server_.requests()[0], "us-east-1", "ecr-public", kSecret), "");
  EXPECT_EQ(server_.requests()[0].Find("x-amz-target"), "SpencerFrontendService.GetAuthorizationToken");
  server_.On("POST", "/public", Reply(400, R"({"__type":"AccessDeniedException"})"));
  source = EcrIn({"eu-west-1"});
  EXPECT_EQ(Who(*source, "public.ecr.aws/x/y"), "none");
  EXPECT_EQ(Who(*source, "public.ecr.aws/x/y"), "none");
  EXPECT_EQ(server_.requests().size(), 2u) << "and left alone";
}

TEST_F(EcrTest, FipsAndDualStackRegistriesAskTheirOwnEndpoints) {
  environment_.erase("AWS_ENDPOINT_URL");
  const testing::TestCerts certs({"ecr-fips.us-gov-west-1.amazonaws.com", "ecr.us-west-2.api.aws"});
  testing::TlsOptions tls;
  tls.certs = &certs;
  testing::ScriptedServer aws(tls);
  aws.On("POST", "/", Token("t"));
  http::SessionOptions session;
  session.hosts["*"].connect_to = aws.host();
  session.hosts["*"].ca_file = certs.ca_file();
  UseSession(std::move(session));
  const auto source = EcrIn({"us-gov-west-1", "us-west-2"});
  EXPECT_THAT(Who(*source, "123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com/x"), StartsWith("AWS:t "));
  EXPECT_THAT(Who(*source, "123456789012.dkr-ecr.us-west-2.on.aws/x"), StartsWith("AWS:t "));
  ASSERT_EQ(aws.requests().size(), 2u);
  EXPECT_EQ(aws.requests()[0].Find("host"), "ecr-fips.us-gov-west-1.amazonaws.com");
  EXPECT_EQ(AwsSignatureProblem(aws.requests()[0], "us-gov-west-1", "ecr", kSecret), "");
  EXPECT_EQ(aws.requests()[1].Find("host"), "ecr.us-west-2.api.aws");
}

TEST_F(EcrTest, AStopEndsTheQuestionAndASourceThatGoesEndsThemAll) {
  Reply stalled(200);
  stalled.stall = true;
  server_.On("POST", "/", stalled);
  auto source = EcrIn({"eu-west-1"});
  std::stop_source stop;
  std::vector<Errc> ends;
  const auto note = [&](Answer answer) {
    ends.push_back(answer ? Errc::not_found : answer.error().code);
    if (ends.size() == 1) {
      loop_.Post([&] { source.reset(); });
    } else {
      loop_.Stop();
    }
  };
  source->CredentialFor(*ImageName::Parse(kIreland), stop.get_token(), note);
  source->CredentialFor(*ImageName::Parse(kOther), {}, note);
  loop_.Post([&] { stop.request_stop(); });
  loop_.Run();
  EXPECT_THAT(ends, ElementsAre(Errc::cancelled, Errc::cancelled));
}

TEST_F(EcrTest, NothingThatIsSaidHoldsASecret) {
  environment_["AWS_SESSION_TOKEN"] = "session-secret";
  server_.On("POST", "/", Reply(403, "session-secret " + std::string(kSecret)));
  const auto source = EcrIn({"eu-west-1"});
  log_.push_back(Who(*source, kIreland));
  server_.On("POST", "/", Reply(403, R"({"__type":"No#ExpiredSession session-secret"})"));
  timers_.Advance(minutes(11));
  log_.push_back(Who(*source, kIreland));
  EXPECT_THAT(log_.back(), HasSubstr("(ExpiredSession ***)"));
  server_.On("POST", "/", Reply(200, "token-secret"));
  timers_.Advance(minutes(11));
  log_.push_back(Who(*source, kIreland));
  EXPECT_THAT(log_,
              Each(AllOf(Not(HasSubstr(kSecret)), Not(HasSubstr("session-secret")), Not(HasSubstr("token-secret")))));
}

}  // namespace
}  // namespace larder
