#include "multi_get.h"

#include <algorithm>
#include <string>
#include <utility>

#include "oversized.h"

namespace larder::memcached {

void MultiGet::Run(const Topology& topology, std::span<const Key> keys, const Reader::GetManyVisitor& visit) {
  for (std::size_t begin = 0; begin < keys.size(); begin += kChunk) {
    const auto chunk = keys.subspan(begin, std::min(kChunk, keys.size() - begin));
    Prepare(topology, chunk);
    Patience patience;
    // In the order of the servers, so that two callers that wait for connections never wait for each other.
    for (std::size_t i = 0; i < parts_.size(); ++i) {
      if (!parts_[i].slots.empty()) Ask(*topology.servers[i], parts_[i], patience);
    }
    for (std::size_t i = 0; i < parts_.size(); ++i) {
      if (!parts_[i].slots.empty()) Collect(*topology.servers[i], parts_[i], patience);
    }
    for (std::size_t i = 0; i < chunk.size(); ++i) visit(begin + i, ResultOf(slots_[i]));
  }
}

void MultiGet::Prepare(const Topology& topology, std::span<const Key> keys) {
  texts_.resize(keys.size() * codec_.size());
  slots_.assign(keys.size(), Slot{});
  values_.clear();
  parts_.resize(topology.servers.size());
  for (Part& part : parts_) {
    part.slots.clear();
    part.settled = 0;
    part.losses = 0;
    part.error.reset();
  }
  for (std::size_t i = 0; i < keys.size(); ++i) {
    codec_.Encode(keys[i], texts_.data() + i * codec_.size());
    const auto server = static_cast<std::uint32_t>(topology.IndexOf(TextOf(i)));
    slots_[i].part = server;
    parts_[server].slots.push_back(static_cast<std::uint32_t>(i));
  }
}

void MultiGet::Ask(Server& server, Part& part, Patience& patience) {
  while (!part.error.has_value()) {
    auto loan = server.Borrow(patience);
    if (!loan.has_value()) {
      part.error = std::move(loan).error();
      return;
    }
    part.loan = std::move(*loan);
    keys_.clear();
    for (std::size_t i = part.settled; i < part.slots.size(); ++i) keys_.push_back(TextOf(part.slots[i]).data());
    lengths_.assign(keys_.size(), codec_.size());
    const Status sent = part.loan->SendGet(keys_, lengths_);
    if (sent == Status::ok) return;
    Lose(server, part, sent);
  }
}

void MultiGet::Collect(Server& server, Part& part, Patience& patience) {
  while (!part.error.has_value()) {
    // Another server's silence may have shown this one's, since it was asked.
    const Status status = server.IsSilent() ? part.loan->Abandon() : Receive(part);
    if (!IsLost(status)) {
      part.loan = Loan();
      return;
    }
    Lose(server, part, status);
    Ask(server, part, patience);
  }
}

void MultiGet::Lose(Server& server, Part& part, Status status) {
  const std::string failure = part.loan->LastFailure();
  const bool again = server.Lost(std::exchange(part.loan, Loan()), status);
  if (!again || ++part.losses == kTries) part.error = server.Unavailable(failure);
}

// Values come in the order of the keys, so a key that is passed over is not there.
Status MultiGet::Receive(Part& part) {
  Value value;
  Status status = Status::ok;
  while ((status = part.loan->Fetch(value)) == Status::ok) {
    std::size_t found = part.settled;
    while (found < part.slots.size() && TextOf(part.slots[found]) != value.key) ++found;
    if (found == part.slots.size()) return part.loan->Nonsense();
    Missed(part, found);
    Store(slots_[part.slots[part.settled++]], value.bytes);
  }
  if (!IsLost(status)) Missed(part, part.slots.size());
  return status;
}

void MultiGet::Missed(Part& part, std::size_t until) {
  while (part.settled < until) slots_[part.slots[part.settled++]].state = State::miss;
}

void MultiGet::Store(Slot& slot, std::span<const std::byte> bytes) {
  slot.size = bytes.size();
  if (bytes.size() > kMaxRecordBytes) {
    slot.state = State::oversized;
    return;
  }
  slot.state = State::hit;
  slot.offset = values_.size();
  values_.insert(values_.end(), bytes.begin(), bytes.end());
  values_.resize((values_.size() + 7) / 8 * 8);
}

Result<std::span<const std::byte>> MultiGet::ResultOf(const Slot& slot) const {
  switch (slot.state) {
    case State::hit:
      return std::span<const std::byte>(values_).subspan(slot.offset, slot.size);
    case State::miss:
      return Miss();
    case State::oversized:
      return Oversized(slot.size);
    case State::unknown:
      break;
  }
  const auto& error = parts_[slot.part].error;
  return std::unexpected<Error>(error.has_value() ? *error : Error{Errc::unavailable, "memcached: no answer"});
}

}  // namespace larder::memcached
