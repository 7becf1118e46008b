#include "registry/digest_of.h"

#include <gtest/gtest.h>

#include <string>

namespace larder {
namespace {

TEST(ComputeDigest, IsThatOfTheStandardsExamples) {
  EXPECT_EQ(ComputeDigest(DigestAlgorithm::sha256, "").ToString(),
            "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(ComputeDigest(DigestAlgorithm::sha256, "abc").ToString(),
            "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(ComputeDigest(DigestAlgorithm::sha512, "abc").ToString(),
            "sha512:ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
            "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f");
}

TEST(Schema1Payload, OfAnUnsignedManifestIsAllOfIt) {
  const std::string body = "{\n  \"schemaVersion\": 1\n}";
  EXPECT_EQ(Schema1Payload(body).value(), body);
  EXPECT_EQ(Schema1Payload(R"({"signatures":[]})").value(), R"({"signatures":[]})");
}

TEST(Schema1Payload, OfASignedOneIsTheBytesBeforeTheSignatures) {
  // The protected header is {"formatLength":22,"formatTail":"Cn0"}: "\n}".
  const std::string body =
      "{\n  \"schemaVersion\": 1,\n  \"signatures\": [{\"protected\": "
      "\"eyJmb3JtYXRMZW5ndGgiOjIyLCJmb3JtYXRUYWlsIjoiQ24wIn0\"}]\n}";
  EXPECT_EQ(Schema1Payload(body).value(), "{\n  \"schemaVersion\": 1\n}");
}

TEST(Schema1Payload, SignaturesThatDisagreeAreRefused) {
  // formatLength 22 and formatLength 21.
  const std::string body =
      "{\"signatures\": [{\"protected\": \"eyJmb3JtYXRMZW5ndGgiOjIyLCJmb3JtYXRUYWlsIjoiQ24wIn0\"},"
      "{\"protected\": \"eyJmb3JtYXRMZW5ndGgiOjIxLCJmb3JtYXRUYWlsIjoiQ24wIn0\"}]}";
  const auto payload = Schema1Payload(body);
  ASSERT_FALSE(payload.has_value());
  EXPECT_EQ(payload.error().code, Errc::corruption);
}

}  // namespace
}  // namespace larder
