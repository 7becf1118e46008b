// What is measured: something that answers for images and repositories, and whose answers are checked.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "images/image_set.h"
#include "larder/cache.h"

namespace larder::bench {

enum class Answer : std::uint8_t { right, wrong, missing };

// One thread's.
class Subject {
 public:
  virtual ~Subject() = default;
  Subject() = default;
  Subject(const Subject&) = delete;
  Subject& operator=(const Subject&) = delete;

  // Reads one image into one of kAtOnce places. Check says whether what is in it is in every field what was written:
  // apart, for only the reading is timed.
  static constexpr std::size_t kAtOnce = 16;
  virtual void Read(std::size_t slot, const ImageRef& ref) = 0;
  virtual Answer Check(std::size_t slot, std::uint64_t image) = 0;

  // Reads a repository and every image in it; answers how many images there were. CheckRepository says how many of them
  // were in every field as written: by a second reading, where the first kept only the digests, and those have to be
  // the same.
  virtual std::uint64_t ReadRepository(std::uint64_t repository) = 0;
  virtual std::uint64_t CheckRepository(std::uint64_t repository) = 0;
};

class LarderSubject final : public Subject {
 public:
  LarderSubject(Store& store, const ImageSet& images);
  void Read(std::size_t slot, const ImageRef& ref) override;
  Answer Check(std::size_t slot, std::uint64_t image) override;
  std::uint64_t ReadRepository(std::uint64_t repository) override;
  std::uint64_t CheckRepository(std::uint64_t repository) override;

 private:
  const Cache cache_;
  const ImageSet& images_;
  std::vector<Result<ImageView>> read_;
  std::uint64_t digests_ = 0;  // of the images of the last ReadRepository (DigestSum)
};

}  // namespace larder::bench
