// Docker's credential helpers: a program that is given a host and answers a credential.
#pragma once

#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "credentials/child_process.h"
#include "credentials/environment.h"
#include "larder/credentials.h"
#include "larder/error.h"
#include "larder/time.h"

namespace larder {

// [A-Za-z0-9_-]+: nothing that would be a path or an option.
bool IsHelperName(std::string_view name);

// What `docker login` stores a host's credential under: "https://index.docker.io/v1/" for Docker Hub, else the host.
std::string HelperServer(std::string_view host);

// Runs `docker-credential-<name> get` and waits for it: not for the network's thread. nullopt: the helper knows none.
// unavailable: it is not in PATH, failed, took too long, or answered something else. REQUIRES: IsHelperName(name).
Result<std::optional<Credential>> AskHelper(const std::string& name, const std::string& server,
                                            const Environment& environment, Duration timeout, std::stop_token stop);

// What its output says.
Result<std::optional<Credential>> ReadHelperAnswer(const std::string& name, const ChildOutcome& outcome);

}  // namespace larder
