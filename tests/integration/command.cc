#include "integration/command.h"

#include <gtest/gtest.h>

#include <chrono>

namespace larder::testing {

Result<Process> LarderCommand::Start(const std::vector<std::string>& arguments) {
  Process::Options options;
  options.command = {LARDER_COMMAND};
  options.command.insert(options.command.end(), arguments.begin(), arguments.end());
  options.environment = {{"HOME", home_.path().string()},
                         {"XDG_CACHE_HOME", ""},
                         {"DOCKER_CONFIG", ""},
                         {"LARDER_STORE", store()},
                         {"NO_COLOR", "1"}};
  for (const auto& [name, value] : environment) options.environment[name] = value;
  options.output = home_ / ("output" + std::to_string(++runs_));
  return Process::Start(options);
}

LarderCommand::Answer LarderCommand::Run(const std::vector<std::string>& arguments) {
  Answer answer;
  auto process = Start(arguments);
  if (!process.has_value()) {
    ADD_FAILURE() << process.error().ToString();
    return answer;
  }
  EXPECT_TRUE(process->WaitForEnd(std::chrono::minutes(2))) << "it does not end";
  process->Kill();
  answer.status = process->status().value_or(-1);
  answer.output = process->ReadOutput();
  return answer;
}

}  // namespace larder::testing
