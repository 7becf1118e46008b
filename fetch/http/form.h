// Queries and form bodies: name=value pairs, percent-encoded.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace larder::http {

using FormField = std::pair<std::string_view, std::string_view>;

// Everything but RFC 3986's unreserved.
std::string PercentEncode(std::string_view text);

// Fields without a value are left out.
std::string EncodeForm(const std::vector<FormField>& fields);

}  // namespace larder::http
