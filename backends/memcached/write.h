// One change, on the server that holds the key.
#pragma once

#include "directory.h"
#include "key_codec.h"
#include "larder/store.h"

namespace larder::memcached {

// `wall` is the real time, for lives that memcached needs as a date. already_exists, too_large (the server's own
// limit), or unavailable: then it is unknown whether the change was made. `patience` is the whole batch's.
Result<void> WriteOne(const Topology& topology, const KeyCodec& codec, const WriteOp& op, Time now, Time wall,
                      Patience& patience);

}  // namespace larder::memcached
