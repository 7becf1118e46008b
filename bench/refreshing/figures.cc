#include "figures.h"

#include <curl/curl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <sstream>
#include <utility>

namespace larder::bench {

void Figures::Add(const std::string& what, double value, const std::string& unit, std::optional<double> bar) {
  std::printf("%-72s %10.3f %s", what.c_str(), value, unit.c_str());
  if (bar.has_value()) std::printf("   (bar: at most %g)", *bar);
  std::printf("\n");
  figures_.push_back({what, value, unit, bar});
}

void Figures::State(const std::string& what, double value, const std::string& unit) {
  Add(what, value, unit);
  figures_.back().stated = true;
}

void Figures::Take(Figures part) {
  figures_.insert(figures_.end(), std::make_move_iterator(part.figures_.begin()),
                  std::make_move_iterator(part.figures_.end()));
}

bool Figures::Write(const std::string& path) const {
  auto list = nlohmann::json::array();
  for (const auto& figure : figures_) {
    nlohmann::json each = {{"what", figure.what}, {"value", figure.value}, {"unit", figure.unit}};
    if (figure.bar.has_value()) each["bar"] = *figure.bar;
    if (figure.stated) each["stated"] = true;
    list.push_back(std::move(each));
  }
  nlohmann::json document;
  document["figures"] = std::move(list);
  document["libraries"] = nlohmann::json::array();
  document["libraries"].push_back(::curl_version());
  std::ofstream file(path);
  file << document.dump(1) << "\n";
  file.close();
  if (file) return true;
  std::fprintf(stderr, "larder-bench-refreshing: cannot write %s\n", path.c_str());
  return false;
}

NetworkOptions Unlimited(int burst) {
  NetworkOptions options;
  options.limits.rate.rps = 1e9;
  options.limits.rate.burst = burst;
  return options;
}

double OwnProcessorTime() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double ProcessorTimeOf(int pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string text;
  std::getline(file, text);
  // After the command's name in brackets: field 3. utime and stime are 14 and 15.
  std::istringstream fields(text.substr(text.rfind(')') + 2));
  std::string field;
  double ticks = 0;
  for (int number = 3; number <= 15 && fields >> field; ++number) {
    if (number >= 14) ticks += std::stod(field);
  }
  return ticks / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

}  // namespace larder::bench
