#include "credentials/helper.h"

#include <algorithm>

#include "json/json.h"
#include "larder/docker_config.h"
#include "larder/image_ref.h"

namespace larder {
namespace {

// What docker-credential-helpers print, with a failing status, for a host that they do not know.
constexpr std::string_view kNotFound = "credentials not found in native keychain";

std::unexpected<Error> Failed(const std::string& name, std::string_view what) {
  return Fail(Errc::unavailable, "docker-credential-" + name + " " + std::string(what));
}

// The first line of what a failing helper says. By the protocol that is a message; JSON would be a credential.
std::string Message(std::string_view output) {
  const std::string_view line = output.substr(0, std::min<std::size_t>(output.find('\n'), 200));
  if (line.empty() || line.find('{') != std::string_view::npos) return {};
  std::string text;
  for (const char c : line) text += c >= ' ' && c != '\x7f' ? c : ' ';
  return ": " + text;
}

}  // namespace

bool IsHelperName(std::string_view name) {
  return !name.empty() && name.size() <= 255 && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

std::string HelperServer(std::string_view host) {
  return IsDockerHub(host) ? std::string("https://index.docker.io/v1/") : std::string(host);
}

Result<std::optional<Credential>> ReadHelperAnswer(const std::string& name, const ChildOutcome& outcome) {
  switch (outcome.end) {
    case ChildOutcome::End::exited:
      break;
    case ChildOutcome::End::timed_out:
      return Failed(name, "did not answer in time and was stopped");
    case ChildOutcome::End::too_much:
      return Failed(name, "answered more than " + std::to_string(kMaxHelperOutput) + " bytes");
    case ChildOutcome::End::cancelled:
      return Fail(Errc::cancelled, "docker-credential-" + name + " was stopped");
  }
  if (outcome.status != 0) {
    const std::string_view output = outcome.output;
    if (output.find(kNotFound) != std::string_view::npos) return std::optional<Credential>();
    return Failed(name, "failed with status " + std::to_string(outcome.status) + Message(output));
  }
  const Result<json::Document> answer = json::Parse(outcome.output);
  if (!answer || !answer->root().IsObject()) return Failed(name, "answered something that is not JSON");
  Credential credential;
  credential.provenance = "docker-credential-" + name;
  const std::string user((*answer)["Username"].text());
  const std::string secret((*answer)["Secret"].text());
  if (user.empty() && secret.empty()) return std::optional<Credential>();
  if (user == "<token>") {
    credential.identity_token = secret;
  } else {
    credential.username = user;
    credential.password = secret;
  }
  return credential;
}

Result<std::optional<Credential>> AskHelper(const std::string& name, const std::string& server,
                                            const Environment& environment, Duration timeout, std::stop_token stop) {
  const std::string program = "docker-credential-" + name;
  const std::string path = FindInPath(program, Variable(environment, "PATH"));
  if (path.empty()) return Failed(name, "is not in PATH");
  ChildRequest request;
  request.path = path;
  request.arguments = {program, "get"};
  request.input = server;
  request.timeout = timeout;
  request.max_output = kMaxHelperOutput;
  LARDER_ASSIGN_OR_RETURN(const ChildOutcome outcome, RunChild(request, environment, stop));
  return ReadHelperAnswer(name, outcome);
}

}  // namespace larder
