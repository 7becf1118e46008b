// Errors as values. Nothing in Larder throws; a code names the caller's next move, the message is for people.
#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "larder/api.h"

namespace LARDER_API larder {

using Time = std::chrono::sys_time<std::chrono::milliseconds>;

enum class Errc : std::uint8_t {
  not_found,          // It is not there. In the read path a miss: made without allocating.
  invalid_argument,   // The caller's input is wrong; the message says what and where. Do not retry.
  unavailable,        // The other side does not answer now (network, server, disk). Retry later.
  rate_limited,       // Refused by a limit; retry_at says when to try again, where that is known.
  permission_denied,  // The credential, or the lack of one, is refused.
  corruption,         // Bytes are not what they have to be: a record, or a document from a registry.
  too_large,          // Over a named limit.
  unsupported,        // Well-formed, but not something that this build or version handles.
  already_exists,     // PutIfAbsent found a live record.
  cancelled,          // A stop was requested.
};

// "not_found", "rate_limited", ...: stable, for logs, metrics and JSON.
std::string_view ErrcName(Errc code);

struct Error {
  Errc code = Errc::unavailable;
  std::string message;
  std::optional<Time> retry_at = std::nullopt;  // only with rate_limited and unavailable

  // The same error with "context: " before its message.
  Error WithContext(std::string_view context) &&;
  // "rate_limited: message"; the code alone where there is no message.
  std::string ToString() const;
};

template <class T>
using Result = std::expected<T, Error>;

inline std::unexpected<Error> Fail(Errc code, std::string message = {}) {
  return std::unexpected<Error>(Error{code, std::move(message)});
}

// A miss: not_found without a message, and so without an allocation.
inline std::unexpected<Error> Miss() { return std::unexpected<Error>(Error{Errc::not_found, {}}); }

}  // namespace larder

// Not for coroutines: there, name the Result and test it (a co_await in such an expression is miscompiled by g++ 12).
#define LARDER_RETURN_IF_ERROR(expr)                                             \
  do {                                                                           \
    if (auto larder_result = (expr); !larder_result.has_value()) {               \
      return std::unexpected<::larder::Error>(std::move(larder_result).error()); \
    }                                                                            \
  } while (false)

#define LARDER_CONCAT_INNER(a, b) a##b
#define LARDER_CONCAT(a, b) LARDER_CONCAT_INNER(a, b)
#define LARDER_ASSIGN_OR_RETURN(lhs, expr) \
  LARDER_ASSIGN_OR_RETURN_INNER(LARDER_CONCAT(larder_value_, __LINE__), lhs, expr)
#define LARDER_ASSIGN_OR_RETURN_INNER(name, lhs, expr)                \
  auto name = (expr);                                                 \
  if (!name.has_value()) {                                            \
    return std::unexpected<::larder::Error>(std::move(name).error()); \
  }                                                                   \
  lhs = std::move(*name)
