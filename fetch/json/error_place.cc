#include "json/error_place.h"

#include <nlohmann/json.hpp>

namespace larder::json {
namespace {

// Keeps nothing but the place of the first error.
class PlaceFinder final : public nlohmann::json_sax<nlohmann::json> {
 public:
  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }
  bool start_object(std::size_t) override { return true; }
  bool key(string_t&) override { return true; }
  bool end_object() override { return true; }
  bool start_array(std::size_t) override { return true; }
  bool end_array() override { return true; }
  bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception&) override {
    place_ = position;
    return false;
  }
  std::size_t place() const { return place_; }

 private:
  std::size_t place_ = 0;
};

}  // namespace

std::string ErrorPlace(std::string_view text) {
  const std::size_t start = text.find_first_not_of(" \t\r\n");
  if (start == std::string_view::npos) return text.empty() ? "it is empty" : "it is blank";
  if (text[start] == '<') return "it starts as HTML or XML";
  PlaceFinder finder;
  if (nlohmann::json::sax_parse(text.begin(), text.end(), &finder) || finder.place() == 0) return "it is malformed";
  if (finder.place() > text.size()) return "it ends too early";
  return "at byte " + std::to_string(finder.place()) + " of " + std::to_string(text.size());
}

}  // namespace larder::json
