// The ECR source on a network that a test may have made of parts.
#pragma once

#include <memory>

#include "clouds/cloud_http.h"
#include "larder/cloud_credentials.h"

namespace larder {

// As the public one.
Result<std::shared_ptr<EcrSource>> MakeEcrSource(CloudHttp http, EcrOptions options);

}  // namespace larder
