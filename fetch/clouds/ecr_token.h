// One token of ECR: keys, a signed request, what it answers.
#pragma once

#include <memory>
#include <stop_token>

#include "clouds/aws_keys.h"
#include "clouds/cloud_http.h"
#include "clouds/ecr_endpoint.h"
#include "clouds/kept_credential.h"
#include "http/task.h"

namespace larder {

http::Task<KeptCredential::Fetched> FetchEcrToken(CloudHttp http, std::shared_ptr<AwsKeyFinder> keys,
                                                  EcrEndpoint endpoint, std::stop_token stop);

}  // namespace larder
