#include "workloads/config.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <utility>

namespace larder::bench {
namespace {

using Json = nlohmann::json;

constexpr std::array<std::pair<std::string_view, Work>, 6> kWorks = {{{"read", Work::read},
                                                                      {"read_under_refresh", Work::read_refresh},
                                                                      {"repository_scan", Work::scan},
                                                                      {"cold_fill", Work::fill},
                                                                      {"steady_refresh", Work::refresh},
                                                                      {"restart", Work::restart}}};

// Reads one member into `to` where it is a number within bounds; answers what is wrong, or "".
template <class T>
std::string Number(const Json& value, double least, double most, T& to) {
  if (!value.is_number()) return "has to be a number";
  const double number = value.get<double>();
  if (number < least || number > most) {
    return "has to be from " + Json(least).dump() + " to " + Json(most).dump();
  }
  to = static_cast<T>(number);
  return "";
}

std::string ReadWork(const Json& value, Work& to) {
  std::string known;
  for (const auto& [name, work] : kWorks) {
    if (value.is_string() && value.get<std::string>() == name) {
      to = work;
      return "";
    }
    known.append(known.empty() ? "" : ", ").append(name);
  }
  return "has to be one of " + known;
}

std::string ReadMember(const std::string& name, const Json& value, WorkloadConfig& config) {
  if (name == "description") {
    if (!value.is_string()) return "has to be a text";
    config.description = value.get<std::string>();
    return "";
  }
  if (name == "work") return ReadWork(value, config.work);
  if (name == "distribution") {
    if (value != "uniform" && value != "zipf") return "has to be uniform or zipf";
    config.zipf = value == "zipf";
    return "";
  }
  if (name == "theta") return Number(value, 0.01, 0.999, config.theta);
  if (name == "threads") return Number(value, 1, 256, config.threads);
  if (name == "seconds") return Number(value, 0.01, 3600, config.seconds);
  if (name == "batch") return Number(value, 1, 100'000, config.batch);
  if (name == "moved") return Number(value, 0, 1, config.moved);
  if (name == "repetitions") return Number(value, 1, 1000, config.repetitions);
  return "is not known";
}

}  // namespace

Result<WorkloadConfig> ParseWorkloadConfig(std::string_view name, std::string_view json) {
  const std::string where = "workload " + std::string(name) + ": ";
  const Json document = Json::parse(json, nullptr, /*allow_exceptions=*/false);
  if (!document.is_object()) return Fail(Errc::invalid_argument, where + "not a JSON object");
  if (!document.contains("work")) return Fail(Errc::invalid_argument, where + "'work' is missing");
  WorkloadConfig config;
  config.name = name;
  for (const auto& [member, value] : document.items()) {
    const std::string problem = ReadMember(member, value, config);
    if (!problem.empty()) return Fail(Errc::invalid_argument, where + "'" + member + "' " + problem);
  }
  return config;
}

Result<std::vector<WorkloadConfig>> ReadWorkloadConfigs(const std::filesystem::path& directory) {
  std::vector<WorkloadConfig> configs;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(directory, error)) {
    if (entry.path().extension() != ".json") continue;
    std::ifstream file(entry.path());
    std::stringstream text;
    text << file.rdbuf();
    if (!file) return Fail(Errc::unavailable, "cannot read " + entry.path().string());
    LARDER_ASSIGN_OR_RETURN(auto config, ParseWorkloadConfig(entry.path().stem().string(), text.str()));
    configs.push_back(std::move(config));
  }
  if (error) return Fail(Errc::not_found, "no workloads in " + directory.string() + ": " + error.message());
  std::ranges::sort(configs, {}, &WorkloadConfig::name);
  return configs;
}

}  // namespace larder::bench
