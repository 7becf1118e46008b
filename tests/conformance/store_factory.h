// What an engine gives to be put under the conformance suite: its traits, and places to keep data in. A whole test
// file:
//
//   #include "conformance/store_conformance.h"
//   namespace larder::conformance {
//   Engine MyEngine() { ... }
//   LARDER_CONFORMANCE(MyEngine());
//   }
//
// with `DEPS larder::my_engine conformance_suite` in its larder_test.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "larder/error.h"
#include "larder/store.h"

namespace larder::conformance {

// Holds one engine's data for one test: a directory, a namespace on a server, or nothing at all. Fresh and empty when
// it is made; its data is gone when it is destroyed. One store is open on it at a time.
class StorePlace {
 public:
  virtual ~StorePlace() = default;
  StorePlace() = default;
  StorePlace(const StorePlace&) = delete;
  StorePlace& operator=(const StorePlace&) = delete;

  // A second Open, after the first store was destroyed, is a reopen: see Engine::reopens.
  virtual Result<std::unique_ptr<Store>> Open() = 0;
};

struct Engine {
  std::string name;      // letters and digits: part of the test names
  StoreTraits traits;    // what Store::Traits must answer; snapshot and atomic also decide which laws are checked
  bool scans = true;     // Reader::Scan works; where false it must answer unsupported
  bool reopens = true;   // what was written is there after a reopen
  bool collects = true;  // Collect drops what is expired; where false it answers done and removes nothing
  std::function<Result<std::unique_ptr<StorePlace>>()> make;  // unsupported: skip, the message says what is missing
  // The same with the smallest bound that makes sense (at most 16 MiB); empty where the engine evicts by its own rules.
  std::function<Result<std::unique_ptr<StorePlace>>()> make_bounded = {};
};

}  // namespace larder::conformance
