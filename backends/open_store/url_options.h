// The options of a URL as values: sizes, durations, choices. Each is taken by its name; whatever is left is a mistake.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "larder/error.h"

#include "store_url.h"

namespace larder::open_store {

// "1048576", "64MiB", "1GiB" (also KiB, TiB, and kB, MB, GB, TB of 1,000).
Result<std::uint64_t> ParseSize(std::string_view text);
// "500ms", "2s", "5m", "1h".
Result<std::chrono::milliseconds> ParseDuration(std::string_view text);
// Decimal digits.
Result<std::uint64_t> ParseCount(std::string_view text);

// One use: take every option that the engine knows, then Finish. The first error is kept and given by Finish; a value
// is left as it was where its option is absent or wrong.
class UrlOptions {
 public:
  explicit UrlOptions(const StoreUrl& url) : left_(url.options) {}

  void TakeSize(const std::string& name, std::uint64_t& value);
  void TakeCount(const std::string& name, std::size_t& value);
  void TakeDuration(const std::string& name, std::chrono::milliseconds& value);
  void TakeText(const std::string& name, std::string& value);
  template <class E>
  void TakeChoice(const std::string& name, std::initializer_list<std::pair<std::string_view, E>> choices, E& value) {
    const auto text = Take(name);
    if (text.empty()) return;
    std::string known;
    for (const auto& [choice, meaning] : choices) {
      if (choice == text) {
        value = meaning;
        return;
      }
      known.append(known.empty() ? "" : " or ").append(choice);
    }
    Note(Fail(Errc::invalid_argument, name + " is '" + text + "'; it is " + known));
  }
  // Also refuses what nobody took: a misspelled option must not be ignored.
  Result<void> Finish();

 private:
  // The value, taken out; "" where it is absent. An empty value is an error.
  std::string Take(const std::string& name);
  void Note(std::unexpected<Error> failed);
  template <class T, class U>
  void Set(const std::string& name, Result<T> parsed, U& value);

  std::map<std::string, std::string> left_;
  std::string known_;  // names taken so far, for messages
  Result<void> first_error_;
};

}  // namespace larder::open_store
