#include <utility>

#include "larder/cloud_credentials.h"

namespace larder {

Result<CloudSources> MakeCloudSources(Network& network, CloudSourceOptions options,
                                      std::shared_ptr<CredentialSource> configured) {
  CloudSources sources;
  LARDER_ASSIGN_OR_RETURN(sources.ecr, MakeEcrSource(network, std::move(options.ecr)));
  LARDER_ASSIGN_OR_RETURN(auto azure, MakeAzureSource(network, std::move(options.azure)));
  auto google = MakeGoogleSource(network, std::move(options.google));
  sources.all = MakeSourceChain({sources.ecr, std::move(configured), std::move(google), std::move(azure)});
  return sources;
}

}  // namespace larder
