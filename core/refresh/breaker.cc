#include "larder/breaker.h"

namespace larder {

Breaker::Admission Breaker::Admit(Time now) {
  if (state_ == State::closed) return Admission::pass;
  if (state_ == State::probing) return Admission::refused;
  // A wait longer than the rule makes one comes from a clock that was set back: it is over.
  const bool over = now >= open_until_ || open_until_ > now + kLongestHostWait;
  if (!over) return Admission::refused;
  state_ = State::probing;
  return Admission::probe;
}

void Breaker::Succeeded() {
  state_ = State::closed;
  failures_ = 0;
  openings_ = 0;
}

void Breaker::Failed(Admission admission, Time sent, Time now) {
  if (admission == Admission::probe) return Open(now);
  const bool counted = sent < failed_at_ && failed_at_ <= now;  // with what failed then
  if (state_ != State::closed || counted) return;
  failed_at_ = now;
  if (++failures_ >= kBreakerFailures) Open(now);
}

void Breaker::Cancelled(Admission admission) {
  if (admission == Admission::probe && state_ == State::probing) state_ = State::open;
}

void Breaker::Open(Time now) {
  state_ = State::open;
  ++openings_;
  open_until_ = host_.empty() ? now + Delay(kHostBackoff, openings_) : NextTry(kHostBackoff, openings_, host_, now);
  failures_ = 0;
}

}  // namespace larder
