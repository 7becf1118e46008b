#include "http/frames.h"

#include <array>
#include <new>

namespace larder::http {

namespace {

constexpr std::size_t kStep = 128;
constexpr std::size_t kSizes = 32;  // frames of up to 4 KiB
constexpr int kKept = 32;           // of each size, for each thread

// A sanitizer has to see each frame come and go.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kKeeps = false;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
constexpr bool kKeeps = false;
#else
constexpr bool kKeeps = true;
#endif
#else
constexpr bool kKeeps = true;
#endif

struct Free {
  Free* next;
};

struct Size {
  Free* first = nullptr;
  int count = 0;
};

// Without a destructor, so that frames which end after the thread's other objects find it as it was left.
thread_local std::array<Size, kSizes> sizes;

struct EndOfThread {
  ~EndOfThread() {
    for (Size& size : sizes) {
      while (Free* frame = size.first) {
        size.first = frame->next;
        ::operator delete(frame);
      }
      size.count = kKept;  // nothing more is kept
    }
  }
};

constexpr std::size_t IndexOf(std::size_t size) { return (size - 1) / kStep; }

}  // namespace

void* TakeFrame(std::size_t size) {
  const std::size_t index = IndexOf(size);
  if (!kKeeps || index >= kSizes) return ::operator new(size);
  Size& of = sizes[index];
  if (of.first == nullptr) return ::operator new((index + 1) * kStep);
  Free* frame = of.first;
  of.first = frame->next;
  --of.count;
  return frame;
}

void GiveFrame(void* frame, std::size_t size) noexcept {
  const std::size_t index = IndexOf(size);
  if (!kKeeps || index >= kSizes || sizes[index].count >= kKept) return ::operator delete(frame);
  static thread_local const EndOfThread end_of_thread;
  Size& of = sizes[index];
  of.first = new (frame) Free{of.first};
  ++of.count;
}

}  // namespace larder::http
