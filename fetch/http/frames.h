// Memory of coroutine frames. A request makes a dozen of them, and many requests are in flight: more of a size than
// malloc keeps at hand for a thread. Here the one that was given back last, still in the processor's cache, goes out
// first.
#pragma once

#include <cstddef>

namespace larder::http {

// Throws std::bad_alloc. Any thread; a frame may end in another thread than it began in.
void* TakeFrame(std::size_t size);
// `size`: as it was taken with.
void GiveFrame(void* frame, std::size_t size) noexcept;

}  // namespace larder::http
