// Waiting for facts that somebody else fetches, until a stop.
#pragma once

#include <functional>
#include <optional>
#include <stop_token>
#include <string>

#include "http/timers.h"
#include "refresh/facts_table.h"

namespace larder::refresh {

// As FactsTable::Ask, but after a stop is requested `done` is called soon, with `given_up`: then nothing is expected of
// the caller. What is given must outlive the table's answer.
using FactsDone = std::function<void(std::optional<ManifestFacts> facts, bool given_up)>;
void AskFactsUntil(FactsTable& table, http::Timers& timers, const Digest& digest, const std::string& host, Time now,
                   Urgency urgency, const std::stop_token& stop, FactsDone done);

}  // namespace larder::refresh
