#include "http/multi.h"

#include <algorithm>

namespace larder::http {

namespace {
// Idle connections that are kept: enough for the bursts of some hosts. Curl's default is four times the transfers at
// the moment, which drops connections whenever a burst ends.
constexpr long kKeptConnections = 256;
}  // namespace

Multi::Multi(Loop& loop)
    : loop_(loop), sockets_(loop, [this](int fd, bool readable, bool writable) {
        Act(fd, (readable ? CURL_CSELECT_IN : 0) | (writable ? CURL_CSELECT_OUT : 0));
      }) {
  curl_global_init(CURL_GLOBAL_DEFAULT);  // counted, and safe with other threads in this libcurl
  multi_.reset(curl_multi_init());
  CURLM* multi = multi_.get();
  curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, &Multi::OnSocket);
  curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, this);
  curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, &Multi::OnTimer);
  curl_multi_setopt(multi, CURLMOPT_TIMERDATA, this);
  curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, kKeptConnections);
}

Multi::~Multi() {
  alive_.reset();
  handles_.Clear();
  multi_.reset();
  loop_.Cancel(timer_);
  curl_global_cleanup();
}

void Multi::Start(CURL* easy, Done done) {
  running_.emplace(easy, std::move(done));
  const CURLMcode code = curl_multi_add_handle(multi_.get(), easy);
  if (code == CURLM_OK) return;
  finished_.emplace_back(easy, CURLE_FAILED_INIT);
  SetTimer(0);
}

void Multi::Remove(CURL* easy) {
  std::erase_if(finished_, [&](const auto& entry) { return entry.first == easy; });
  const auto found = running_.find(easy);
  if (found == running_.end()) return;
  const Done gone = std::move(found->second);
  running_.erase(found);
  curl_multi_remove_handle(multi_.get(), easy);
}

int Multi::OnSocket(CURL*, curl_socket_t fd, int what, void* self, void*) noexcept {
  auto& sockets = static_cast<Multi*>(self)->sockets_;
  sockets.Watch(fd, what == CURL_POLL_IN || what == CURL_POLL_INOUT, what == CURL_POLL_OUT || what == CURL_POLL_INOUT);
  return 0;
}

int Multi::OnTimer(CURLM*, long wait_ms, void* self) noexcept {
  static_cast<Multi*>(self)->SetTimer(wait_ms);
  return 0;
}

void Multi::SetTimer(long wait_ms) {
  loop_.Cancel(std::exchange(timer_, 0));
  if (wait_ms < 0) return;
  const std::weak_ptr<char> alive = alive_;
  if (wait_ms > 0) {
    timer_ = loop_.At(loop_.Now() + std::chrono::milliseconds(wait_ms), [this, alive] {
      if (!alive.expired()) Act(CURL_SOCKET_TIMEOUT, 0);
    });
    return;
  }
  // Now: without the timer's system calls. A spare call of this kind does no harm.
  if (std::exchange(kicked_, true)) return;
  loop_.Post([this, alive] {
    if (alive.expired()) return;
    kicked_ = false;
    Act(CURL_SOCKET_TIMEOUT, 0);
  });
}

void Multi::Act(curl_socket_t fd, int events) {
  int running = 0;
  curl_multi_socket_action(multi_.get(), fd, events, &running);
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    CURL* easy = message->easy_handle;
    finished_.emplace_back(easy, message->data.result);
    curl_multi_remove_handle(multi_.get(), easy);
  }
  Deliver();
}

void Multi::Deliver() {
  const std::weak_ptr<char> alive = alive_;
  while (!alive.expired() && !finished_.empty()) {
    const auto [easy, code] = finished_.front();
    finished_.pop_front();
    auto node = running_.extract(easy);
    if (!node.empty()) node.mapped()(code);
  }
}

}  // namespace larder::http
