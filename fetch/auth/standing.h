// What is known of credentials at the places where they were shown: accepted, refused a while ago, or not tried yet.
// While one is not known to be good, only one request at a time tries it: ten at once with a wrong password lock an
// account (docker/hub-feedback#2201).
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "auth/waiters.h"
#include "http/task.h"
#include "http/timers.h"
#include "larder/error.h"
#include "larder/time.h"

namespace larder {

class Standing {
 public:
  // `timers` must outlive it.
  Standing(http::Timers& timers, Duration remember) : timers_(timers), remember_(remember) {}

  // The right to try a credential at a place. Given back when destroyed, then the next may try; empty where there is
  // nothing to try any more.
  class Turn {
   public:
    Turn();
    ~Turn();
    Turn(Turn&& other) noexcept;
    Turn& operator=(Turn&& other) noexcept;

   private:
    friend class Standing;
    struct Place;
    explicit Turn(std::shared_ptr<Place> place);
    std::shared_ptr<Place> place_;
  };

  // `place` names where and which credential. Waits while another one tries. cancelled where the stop comes first.
  http::Task<Result<Turn>> Take(std::string place, std::stop_token stop);
  // Before the turn is given back.
  void Accept(const std::string& place);
  void Refuse(const std::string& place);

  bool Accepted(const std::string& place) const;
  // Until when it is not tried again.
  std::optional<Time> RefusedUntil(const std::string& place) const;

 private:
  std::shared_ptr<Turn::Place> PlaceOf(const std::string& place);
  void DropOld();

  http::Timers& timers_;
  Duration remember_;
  std::map<std::string, std::shared_ptr<Turn::Place>> places_;
  std::size_t drop_at_ = 1024;
};

}  // namespace larder
