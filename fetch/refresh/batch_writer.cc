#include "refresh/batch_writer.h"

namespace larder::refresh {

BatchWriter::~BatchWriter() {
  if (timer_.has_value()) timers_.Cancel(*timer_);
}

void BatchWriter::Put(const Key& key, std::vector<std::byte> record) {
  batch_.Put(key, std::move(record));
  Added();
}

void BatchWriter::Remove(const Key& key) {
  batch_.Remove(key);
  Added();
}

void BatchWriter::Discard() {
  discards_ = true;
  batch_.Clear();
}

void BatchWriter::Added() {
  if (discards_) {
    batch_.Clear();
    return;
  }
  if (batch_.size() >= kMaxBatch) {
    Start();
  } else {
    Hold();
  }
}

void BatchWriter::NoteTold() {
  told_ = true;
  if (!drains_ && !discards_) Hold();
}

void BatchWriter::Hold() {
  if (timer_.has_value()) return;
  timer_ = timers_.At(timers_.Now() + kMaxHeld, [this] {
    timer_.reset();
    Start();
  });
}

void BatchWriter::Start() {
  if (timer_.has_value()) timers_.Cancel(*std::exchange(timer_, std::nullopt));
  // Whoever drains writes the state itself.
  if (batch_.empty() && (!told_ || drains_ || discards_)) return;
  told_ = false;
  auto batch = std::make_shared<WriteBatch>(std::exchange(batch_, WriteBatch()));
  ++writing_;
  http::Spawn(WriteOut(std::move(batch)), [this] {
    if (--writing_ == 0 && drained_ != nullptr) std::exchange(drained_, nullptr)(true);
  });
}

std::function<Stored(Store&)> BatchWriter::WorkOf(std::shared_ptr<WriteBatch> batch) const {
  WriteOptions options;
  options.now = timers_.Now();
  if (telling_.on()) {
    return [batch, options, otherwise = state_(), teller = telling_.teller(), told = telling_.told()](Store& store) {
      return StoreAndNote(store, *batch, otherwise, teller, told, options);
    };
  }
  return [batch, options](Store& store) {
    Stored stored;
    stored.results = store.Write(*batch, options);
    return stored;
  };
}

http::Task<void> BatchWriter::WriteOut(std::shared_ptr<WriteBatch> batch) {
  std::function<Stored(Store&)> work = WorkOf(batch);
  Stored stored = co_await OnStore<Stored>(executor_, store_, std::move(work));
  const bool noted = !stored.noted.notes.empty();
  telling_.Tell(std::move(stored.noted));
  if (noted) NoteTold();
  Result<WriteResults>& results = stored.results;
  std::uint64_t failed = 0;
  std::optional<Error> error;
  if (!results.has_value()) {
    failed = batch->size();
    error = std::move(results).error();
  } else {
    for (auto& result : *results) {
      if (result.has_value()) continue;
      ++failed;
      if (!error.has_value()) error = std::move(result).error();
    }
  }
  written_ += batch->size() - failed;
  if (failed == 0) co_return;
  failed_ += failed;
  if (log_) {
    log_(LogLevel::error, std::to_string(failed) + " of " + std::to_string(batch->size()) +
                              " records could not be written: " + error->ToString());
  }
  if (!first_error_.has_value()) first_error_ = std::move(error);
}

http::Task<void> BatchWriter::Drain() {
  drains_ = true;
  Start();
  if (writing_ > 0) co_await Written();
  drains_ = false;
}

http::Task<void> BatchWriter::Written() {
  std::function<void(http::Callback<bool>::Done)> start = [this](http::Callback<bool>::Done done) {
    drained_ = std::move(done);
  };
  http::Callback<bool> callback(start);
  co_await callback;
}

}  // namespace larder::refresh
