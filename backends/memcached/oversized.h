// A value that another program put under a key of ours.
#pragma once

#include <cstddef>
#include <string>

#include "larder/error.h"
#include "larder/record.h"

namespace larder::memcached {

inline std::unexpected<Error> Oversized(std::size_t size) {
  return Fail(Errc::corruption, "a value of " + std::to_string(size) +
                                    " bytes in memcached is no record, which has at most " +
                                    std::to_string(kMaxRecordBytes));
}

}  // namespace larder::memcached
