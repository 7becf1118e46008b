#include "error_listener.h"

#include <utility>

#include "status.h"

namespace larder::rocks {
namespace {

bool IsOfTheLog(rocksdb::BackgroundErrorReason reason) {
  return reason == rocksdb::BackgroundErrorReason::kWriteCallback ||
         reason == rocksdb::BackgroundErrorReason::kMemTable;
}

class ErrorListener final : public rocksdb::EventListener {
 public:
  ErrorListener(Log log, std::shared_ptr<LogBroken> broken) : log_(std::move(log)), broken_(std::move(broken)) {}

  void OnBackgroundError(rocksdb::BackgroundErrorReason reason, rocksdb::Status* status) override {
    if (status->ok()) return;
    if (IsOfTheLog(reason)) broken_->store(true);
    if (log_) log_(LogLevel::error, FailWith(*status, "in the background").error().message);
  }
  void OnErrorRecoveryBegin(rocksdb::BackgroundErrorReason reason, rocksdb::Status, bool* automatic) override {
    if (IsOfTheLog(reason)) *automatic = false;
  }

 private:
  const Log log_;
  const std::shared_ptr<LogBroken> broken_;
};

}  // namespace

std::shared_ptr<rocksdb::EventListener> MakeErrorListener(Log log, std::shared_ptr<LogBroken> broken) {
  return std::make_shared<ErrorListener>(std::move(log), std::move(broken));
}

}  // namespace larder::rocks
