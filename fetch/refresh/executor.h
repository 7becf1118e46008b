// Where the store is read and written: away from the loop, so that a slow disk or memcached never stalls the network.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "http/task.h"
#include "larder/store.h"

namespace larder::refresh {

class Executor {
 public:
  virtual ~Executor() = default;
  // Runs `work` somewhere, in the order of calls, then `then` on the loop's thread.
  virtual void Execute(std::function<void()> work, std::function<void()> then) = 0;
};

// Runs `work` on the store by way of the executor. `work` must own what it uses.
template <class T>
http::Task<T> OnStore(Executor& executor, Store& store, std::function<T(Store&)> work) {
  using Done = typename http::Callback<T>::Done;
  std::function<void(Done)> start = [&executor, &store, &work](Done done) {
    auto result = std::make_shared<std::optional<T>>();
    executor.Execute([result, &store, &work] { result->emplace(work(store)); },
                     [result, done = std::move(done)] { done(std::move(**result)); });
  };
  http::Callback<T> callback(start);
  T value = co_await callback;
  co_return value;
}

}  // namespace larder::refresh
