#include "config.h"

#include <openssl/evp.h>

#include <array>
#include <nlohmann/json.hpp>
#include <span>

namespace larder::samples {
namespace {

constexpr std::array<std::string_view, 6> kSteps = {
    "RUN /bin/sh -c set -eux; apt-get update; apt-get install -y --no-install-recommends ca-certificates",
    "ENV SAMPLE_HOME=/opt/sample",
    "COPY /build/out /opt/sample # buildkit",
    "RUN /bin/sh -c groupadd --system sample && useradd --system --gid sample sample",
    "WORKDIR /opt/sample",
    "RUN /bin/sh -c ln -s /opt/sample/bin/sample /usr/local/bin/sample; sample --version",
};

// Written as text: a thousand configs a second, sanitized and unoptimised, is what the tests need.
std::string History(const SampleImage& image) {
  std::string history;
  for (std::size_t step = 0; step < image.steps; ++step) {
    // The steps were made in the minutes before the image.
    const auto before = static_cast<std::int64_t>((image.steps - step - 1) * 17);
    const Timestamp earlier(image.created.unix_seconds() - before, image.created.nanoseconds());
    if (step > 0) history += ',';
    history +=
        R"({"created":")" + FormatTimestamp(image.created.IsNone() ? image.created : earlier) + R"(","created_by":")";
    history += kSteps[step % kSteps.size()];
    history += R"(","comment":"buildkit.dockerfile.v0")";
    if (step % 3 != 0) history += R"(,"empty_layer":true)";
    history += '}';
  }
  return history;
}

}  // namespace

Digest Sha256(std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> sum;
  unsigned int size = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), sum.data(), &size, EVP_sha256(), nullptr) != 1) return {};
  return Digest::FromBytes(DigestAlgorithm::sha256, std::as_bytes(std::span(sum).first(size)));
}

std::string ConfigOf(const SampleImage& image, const std::vector<std::string>& diff_ids) {
  std::string config = R"({"architecture":")" + image.platform.architecture +
                       R"(","config":{"Env":["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",)" +
                       R"("SAMPLE_BUILD=)" + std::to_string(image.salt) +
                       R"("],"Cmd":["sample"],"WorkingDir":"/opt/sample")";
  if (!image.labels.empty()) config += R"(,"Labels":)" + nlohmann::json(image.labels).dump();
  config += R"(},"created":")" + FormatTimestamp(image.created) + R"(","history":[)" + History(image) + R"(],"os":")" +
            image.platform.os + '"';
  if (!image.os_version.empty()) config += R"(,"os.version":")" + image.os_version + '"';
  config += R"(,"rootfs":{"type":"layers","diff_ids":[)";
  for (std::size_t i = 0; i < diff_ids.size(); ++i) config += (i > 0 ? ",\"" : "\"") + diff_ids[i] + '"';
  config += "]}";
  if (!image.platform.variant.empty()) config += R"(,"variant":")" + image.platform.variant + '"';
  return config + '}';
}

}  // namespace larder::samples
