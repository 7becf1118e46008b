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
  ErrorListener(std::filesystem::path path, Log log, std::shared_ptr<LogBroken> broken)
      : path_(std::move(path)), log_(std::move(log)), broken_(std::move(broken)) {}

  void OnBackgroundError(rocksdb::BackgroundErrorReason reason, rocksdb::Status* status) override {
    if (status->ok()) return;
    if (IsOfTheLog(reason)) broken_->store(true);
    if (log_) log_(LogLevel::error, FailWith(*status, path_, "work in the background").error().message);
  }
  void OnErrorRecoveryBegin(rocksdb::BackgroundErrorReason reason, rocksdb::Status, bool* automatic) override {
    if (IsOfTheLog(reason)) *automatic = false;
  }

 private:
  const std::filesystem::path path_;
  const Log log_;
  const std::shared_ptr<LogBroken> broken_;
};

}  // namespace

std::shared_ptr<rocksdb::EventListener> MakeErrorListener(std::filesystem::path path, Log log,
                                                          std::shared_ptr<LogBroken> broken) {
  return std::make_shared<ErrorListener>(std::move(path), std::move(log), std::move(broken));
}

}  // namespace larder::rocks
