#include "log_bridge.h"

#include <cstdarg>
#include <cstdio>
#include <string_view>
#include <utility>

namespace larder::rocks {
namespace {

class LogBridge final : public rocksdb::Logger {
 public:
  explicit LogBridge(Log log) : rocksdb::Logger(rocksdb::InfoLogLevel::WARN_LEVEL), log_(std::move(log)) {}

  // The listing of every option at open.
  void LogHeader(const char*, va_list) override {}

  using rocksdb::Logger::Logv;
  [[gnu::format(printf, 3, 0)]] void Logv(const rocksdb::InfoLogLevel level, const char* format,
                                          va_list arguments) override {
    if (!log_ || level < rocksdb::InfoLogLevel::WARN_LEVEL || level >= rocksdb::InfoLogLevel::HEADER_LEVEL) return;
    char text[1024] = "rocksdb: ";
    constexpr std::size_t kStart = sizeof "rocksdb: " - 1;
    if (std::vsnprintf(text + kStart, sizeof text - kStart, format, arguments) < 0) return;
    const bool warning = level == rocksdb::InfoLogLevel::WARN_LEVEL;
    log_(warning ? LogLevel::warning : LogLevel::error, std::string_view(text));
  }

 private:
  Log log_;
};

}  // namespace

std::shared_ptr<rocksdb::Logger> MakeLogBridge(Log log) { return std::make_shared<LogBridge>(std::move(log)); }

}  // namespace larder::rocks
