// A lazy coroutine for the code above the network loop. Private to fetch.
//
// One thread. A Task starts when it is awaited (or spawned), and is awaited once. Children that finish without
// suspending do not deepen the stack, whatever the optimiser does: a loop over a million of them is safe in a debug
// build too (tail calls of symmetric transfer are not made at -O0 or under sanitizers, so none are relied upon).
//
// Rules for coroutines here (g++ 12 miscompiles the rest): no braced list, aggregate, ?: temporary or capturing lambda
// in an expression with co_await (name it on the line before); no lambda coroutines with captures; types passed by
// value have constructors.
#pragma once

#include <coroutine>
#include <cstddef>
#include <exception>
#include <functional>
#include <optional>
#include <utility>

#include "http/frames.h"

namespace larder::http {

template <class T>
class Task;

namespace internal {

struct PromiseBase {
  static void* operator new(std::size_t size) { return TakeFrame(size); }
  static void operator delete(void* frame, std::size_t size) noexcept { GiveFrame(frame, size); }
  std::coroutine_handle<> continuation;
  std::suspend_always initial_suspend() noexcept { return {}; }
  struct FinalAwaiter {
    bool await_ready() noexcept { return false; }
    template <class Promise>
    void await_suspend(std::coroutine_handle<Promise> handle) noexcept {
      // Unset while the parent is still inside its own await_suspend: it then goes on by itself.
      if (auto next = handle.promise().continuation) next.resume();
    }
    void await_resume() noexcept {}
  };
  FinalAwaiter final_suspend() noexcept { return {}; }
  // Nothing of ours throws, and an exception has nowhere to go.
  [[noreturn]] void unhandled_exception() noexcept { std::terminate(); }
};

template <class T>
struct Promise : PromiseBase {
  std::optional<T> value;
  Task<T> get_return_object();
  void return_value(T result) { value.emplace(std::move(result)); }
};

template <>
struct Promise<void> : PromiseBase {
  Task<void> get_return_object();
  void return_void() {}
};

}  // namespace internal

template <class T>
class [[nodiscard]] Task {
 public:
  using promise_type = internal::Promise<T>;
  Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Task& operator=(Task&& other) noexcept {
    if (this != &other) {
      if (handle_) handle_.destroy();
      handle_ = std::exchange(other.handle_, nullptr);
    }
    return *this;
  }
  ~Task() {
    if (handle_) handle_.destroy();
  }

  bool await_ready() const noexcept { return false; }
  bool await_suspend(std::coroutine_handle<> parent) {
    handle_.resume();
    if (handle_.done()) return false;
    handle_.promise().continuation = parent;
    return true;
  }
  T await_resume() {
    if constexpr (!std::is_void_v<T>) return std::move(*handle_.promise().value);
  }

 private:
  friend promise_type;
  explicit Task(std::coroutine_handle<promise_type> handle) : handle_(handle) {}
  std::coroutine_handle<promise_type> handle_;
};

namespace internal {
template <class T>
Task<T> Promise<T>::get_return_object() {
  return Task<T>(std::coroutine_handle<Promise<T>>::from_promise(*this));
}
inline Task<void> Promise<void>::get_return_object() {
  return Task<void>(std::coroutine_handle<Promise<void>>::from_promise(*this));
}

// Owns itself; ends with its task.
struct Detached {
  struct promise_type {
    Detached get_return_object() { return {}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() {}
    [[noreturn]] void unhandled_exception() noexcept { std::terminate(); }
  };
};
}  // namespace internal

// Starts the task now; it runs until its first suspension inside this call. `done` is called when it has ended.
inline void Spawn(Task<void> task, std::function<void()> done = {}) {
  [](Task<void> owned, std::function<void()> on_done) -> internal::Detached {
    co_await owned;
    if (on_done) on_done();
  }(std::move(task), std::move(done));
}

// Turns one callback into something to await. `start` is called with a function that must be called exactly once, now
// or later, on the loop's thread.
//   auto start = [&](std::function<void(int)> done) { ... };
//   Callback<int> callback(start);
//   int n = co_await callback;
// `start` is the caller's, and stays until the callback is awaited.
template <class T>
class Callback {
 public:
  using Done = std::function<void(T)>;
  template <class Start>
  explicit Callback(Start& start) : start_(&start), call_(&Call<Start>) {}
  Callback(const Callback&) = delete;
  Callback& operator=(const Callback&) = delete;

  bool await_ready() const noexcept { return false; }
  bool await_suspend(std::coroutine_handle<> parent) {
    // The frame that holds this object lives until it is resumed, so `this` is good in the callback.
    call_(start_, [this](T value) {
      value_.emplace(std::move(value));
      if (auto next = std::exchange(waiting_, nullptr)) next.resume();
    });
    if (value_.has_value()) return false;
    waiting_ = parent;
    return true;
  }
  T await_resume() { return std::move(*value_); }

 private:
  template <class Start>
  static void Call(void* start, Done done) {
    (*static_cast<Start*>(start))(std::move(done));
  }

  void* start_;
  void (*call_)(void*, Done);
  std::optional<T> value_;
  std::coroutine_handle<> waiting_;
};

}  // namespace larder::http
