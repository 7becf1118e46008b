// Credentials of the clouds' own registries, asked for by plain HTTPS as a workload there may: Amazon's ECR, Google's
// registries, Azure's. How each is found, and what goes wrong: docs/credentials.md.
//
// All of these are CredentialSources: safe for concurrent use, and nothing is asked before an image of that cloud is.
// What was fetched is kept until shortly before it expires, shared by all who ask, and used to its end where it cannot
// be renewed. They work on the network's thread: the Network must outlive them.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "larder/api.h"
#include "larder/credential_source.h"
#include "larder/error.h"
#include "larder/image_ref.h"
#include "larder/log.h"
#include "larder/time.h"

namespace LARDER_API larder {

class Network;  // larder/network.h

// A metadata service (169.254.169.254, metadata.google.internal) answers within this, or is left alone for so long.
inline constexpr Duration kMetadataTimeout = std::chrono::seconds(1);
inline constexpr Duration kMetadataRest = std::chrono::minutes(10);
// Of requests to the clouds' own services.
inline constexpr Duration kCloudTimeout = std::chrono::seconds(15);
// After a failure the region (Azure: the registry) is not asked again for so long, as Flux had it.
inline constexpr Duration kCloudEmbargo = std::chrono::minutes(10);
// The longest life of an ECR token, whatever the answer says.
inline constexpr Duration kMaxEcrTokenLife = std::chrono::hours(12);
// Bytes of a file of AWS's or Azure's; a larger one is refused. Real ones have some KiB.
inline constexpr std::size_t kMaxCloudFile = 1 << 20;

// The account that owns EKS's own images, in most regions and in the opt-in region of Bahrain: nothing to scan there.
std::vector<std::string> EksSystemAccounts();  // 602401143452, 918309763551

struct CloudOptions {
  // Where the clouds' variables are looked for; null: the process's own.
  std::shared_ptr<const std::map<std::string, std::string>> environment;
  Log log;
};

struct EcrOptions : CloudOptions {
  // Images of these regions only. Empty: of the region that is detected (AWS_REGION, AWS_DEFAULT_REGION, the profile in
  // the shared files, the instance's metadata); where none is, of none, as Flux had it.
  std::vector<std::string> regions;
  // Images of these accounts only; absent: of all, empty: of none.
  std::optional<std::vector<std::string>> include_ids;
  std::vector<std::string> exclude_ids = EksSystemAccounts();
};

// Account and region of an ECR registry's host; nullopt where it is none. FIPS and dual-stack hosts, and those of China
// and of the isolated partitions, are ECR's too.
struct EcrRegistry {
  std::string account;  // 12 digits
  std::string region;
  friend bool operator==(const EcrRegistry&, const EcrRegistry&) = default;
};
std::optional<EcrRegistry> ParseEcrHost(std::string_view host);

class EcrSource : public CredentialSource {
 public:
  struct Found {
    std::vector<std::string> regions;  // those of the options, or the detected one
    std::string keys_from;             // "AWS_ACCESS_KEY_ID", "~/.aws/credentials [default]", "EC2 instance role app"
  };
  // Whether ECR can be asked: a region is known and AWS keys are found. Done once; a success is kept, a failure for ten
  // minutes. For `--require ecr`: call it before anything is refreshed. Calls `done` once, now or later, on any thread.
  // unavailable: what was looked for and is not there.
  virtual void Preflight(std::stop_token stop, std::function<void(Result<Found> found)> done) = 0;
  // Preflight, and the calling thread waits: not for the network's.
  Result<Found> PreflightNow();

  // False for an image on ECR that the options leave out (region, include_ids, exclude_ids): it is not to be scanned,
  // and CredentialFor answers permission_denied for it. True for all others, and for every region while none was given
  // and none looked for yet. Where none was found, false for every image on ECR, and it is looked for again after ten
  // minutes.
  virtual bool Includes(const ImageName& name) const = 0;
};

// Credentials for images on ECR, and for public.ecr.aws (anonymous there, where there are no AWS keys). One token
// serves every registry of a region. While a region is under embargo the answer is unavailable, with retry_at.
// invalid_argument: a region or an account id that cannot be one.
Result<std::shared_ptr<EcrSource>> MakeEcrSource(Network& network, EcrOptions options);

// gcr.io, *.gcr.io and *.pkg.dev: the token of the instance's service account, from the metadata service. Away from
// Google no credential.
std::shared_ptr<CredentialSource> MakeGoogleSource(Network& network, CloudOptions options = {});

inline constexpr std::string_view kAzureConfigFile = "/etc/kubernetes/azure.json";

struct AzureOptions : CloudOptions {
  // azure.json of a Kubernetes node: aadClientId and aadClientSecret are sent as Basic, as Flux did. With `msi` as the
  // id, or without the file, a token is exchanged: of the workload identity (AZURE_FEDERATED_TOKEN_FILE), the service
  // principal (AZURE_CLIENT_SECRET) or the managed identity of the machine. "" = kAzureConfigFile where it is there.
  std::string config_file;
};

// *.azurecr.io, .cn, .de and .us. invalid_argument or not_found: the named config_file cannot be used.
Result<std::shared_ptr<CredentialSource>> MakeAzureSource(Network& network, AzureOptions options = {});

// All of them in the order of precedence: ECR, `configured` (docker config; may be null), Google, Azure.
struct CloudSources {
  std::shared_ptr<EcrSource> ecr;
  std::shared_ptr<CredentialSource> all;
};
struct CloudSourceOptions {
  EcrOptions ecr;
  CloudOptions google;
  AzureOptions azure;
};
Result<CloudSources> MakeCloudSources(Network& network, CloudSourceOptions options,
                                      std::shared_ptr<CredentialSource> configured);

}  // namespace larder
