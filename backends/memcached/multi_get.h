// Many keys at once: one request a server, all servers at the same time, and for each key whether it is there, is not,
// or cannot be known now.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "directory.h"
#include "key_codec.h"
#include "larder/store.h"

namespace larder::memcached {

// Keeps its memory from one call to the next. Not thread-safe.
class MultiGet {
 public:
  // Keys are asked for by this many, which bounds the memory and the time that a connection is on loan.
  static constexpr std::size_t kChunk = 128;

  explicit MultiGet(const KeyCodec& codec) : codec_(codec) {}

  // As Reader::GetMany; besides, corruption for a value that is longer than any record. No connection is on loan while
  // `visit` runs, so it may use the store.
  void Run(const Topology& topology, std::span<const Key> keys, const Reader::GetManyVisitor& visit);

 private:
  enum class State : std::uint8_t { unknown, hit, miss, oversized };
  struct Slot {  // one key
    State state = State::unknown;
    std::uint32_t part = 0;  // its server
    std::size_t offset = 0;  // of a hit, in values_
    std::size_t size = 0;
  };
  struct Part {  // what one server is asked for
    std::vector<std::uint32_t> slots;
    std::size_t settled = 0;  // slots before this are no longer unknown
    int losses = 0;
    Loan loan;
    std::optional<Error> error;  // otherwise, between Ask and Collect, the question is sent
  };

  void Prepare(const Topology& topology, std::span<const Key> keys);
  void Ask(Server& server, Part& part, Patience& patience);
  void Collect(Server& server, Part& part, Patience& patience);
  // Gives the connection back; an error where another try would not help.
  static void Lose(Server& server, Part& part, Status status);
  Status Receive(Part& part);
  void Missed(Part& part, std::size_t until);
  void Store(Slot& slot, std::span<const std::byte> bytes);
  std::string_view TextOf(std::size_t slot) const { return {texts_.data() + slot * codec_.size(), codec_.size()}; }
  Result<std::span<const std::byte>> ResultOf(const Slot& slot) const;

  const KeyCodec& codec_;
  std::vector<char> texts_;
  std::vector<Slot> slots_;
  std::vector<Part> parts_;        // as many as servers
  std::vector<std::byte> values_;  // each at a multiple of 8
  std::vector<const char*> keys_;
  std::vector<std::size_t> lengths_;
};

}  // namespace larder::memcached
