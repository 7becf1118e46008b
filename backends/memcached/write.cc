#include "write.h"

#include <algorithm>

#include "expiry.h"

namespace larder::memcached {
namespace {

// How often PutIfAbsent goes back to the start because the key changed meanwhile.
constexpr int kSwapTries = 4;

// memcached may hold a record longer than its header says it lives, so "absent" includes that: then it is swapped, and
// of several hosts that see it expired one wins.
class PutIfAbsent {
 public:
  PutIfAbsent(std::string_view text, const WriteOp& op, std::int64_t exptime, Time now)
      : text_(text), op_(op), exptime_(exptime), now_(now) {}

  Status operator()(Connection& connection) {
    Status status = Status::not_stored;
    for (int tries = 0; tries < kSwapTries; ++tries) {
      status = Note(connection.Add(text_, op_.record, exptime_));
      if (status != Status::not_stored) return status;
      Value held;
      status = connection.GetForSwap(text_, held);
      if (status == Status::miss) continue;
      if (status != Status::ok) return status;
      // A try whose answer was lost may have been done: then it is our own record that is found.
      if (answer_lost_ && std::ranges::equal(held.bytes, op_.record)) return Status::ok;
      if (HoldsKey(op_.key, held.bytes, now_)) return Status::not_stored;
      status = Note(connection.CompareAndSwap(text_, op_.record, exptime_, held.cas));
      if (status != Status::changed && status != Status::miss) return status;
    }
    return Status::not_stored;  // others keep writing it
  }

 private:
  Status Note(Status status) {
    answer_lost_ = answer_lost_ || IsLost(status);
    return status;
  }

  std::string_view text_;
  const WriteOp& op_;
  std::int64_t exptime_;
  Time now_;
  bool answer_lost_ = false;
};

Result<void> Explain(Status status, const Server& server, const WriteOp& op) {
  const auto where = [&] { return "memcached " + server.address().ToString(); };
  switch (status) {
    case Status::ok:
      return {};
    case Status::not_stored:
      return Fail(Errc::already_exists, "a live record is under " + op.key.ToHex());
    case Status::too_large:
      return Fail(Errc::too_large, where() + " refuses an item of " + std::to_string(op.record.size()) +
                                       " bytes: start it with a larger -I");
    case Status::full:
      return Fail(Errc::unavailable, where() + " has no memory for an item: start it with a larger -m");
    case Status::miss:
      if (op.type == WriteOp::Type::remove) return {};
      break;
    default:
      break;
  }
  return Fail(Errc::unavailable, where() + " did not store " + op.key.ToHex());
}

}  // namespace

Result<void> WriteOne(const Topology& topology, const KeyCodec& codec, const WriteOp& op, Time now, Time wall,
                      Patience& patience) {
  const KeyText text(codec, op.key);
  Server& server = topology.ServerOf(text.view());
  const auto exptime = ToExptime(LifeOf(op.key, op.record, now), wall);
  Result<Status> status = Status::ok;
  switch (op.type) {
    case WriteOp::Type::put:
      status =
          server.Run(patience, [&](Connection& connection) { return connection.Set(text.view(), op.record, exptime); });
      break;
    case WriteOp::Type::put_if_absent:
      status = server.Run(patience, PutIfAbsent(text.view(), op, exptime, now));
      break;
    case WriteOp::Type::remove:
      status = server.Run(patience, [&](Connection& connection) { return connection.Delete(text.view()); });
      break;
  }
  if (!status.has_value()) return std::unexpected<Error>(std::move(status).error());
  return Explain(*status, server, op);
}

}  // namespace larder::memcached
