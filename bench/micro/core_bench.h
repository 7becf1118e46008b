// What core does with a record, without any engine.
#pragma once

namespace larder::bench {

// "core/key/larder", "core/build/larder", "core/verify/larder", "core/view/larder", "core/info/larder".
void RegisterCore();

}  // namespace larder::bench
