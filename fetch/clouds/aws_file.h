// AWS's shared files: ~/.aws/credentials and ~/.aws/config.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace larder {

using AwsProfile = std::map<std::string, std::string>;  // settings by name, in lower case
using AwsFile = std::map<std::string, AwsProfile>;      // by profile: "[profile x]" and "[x]" are both "x"

// What can be read of it: lines that say nothing known, other sections than profiles' and nested settings are passed
// over. The last value of a setting counts.
AwsFile ParseAwsFile(std::string_view text);

}  // namespace larder
