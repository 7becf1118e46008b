#include "larder/image_source.h"

#include <fstream>
#include <sstream>

namespace larder {
namespace {

class ListSource final : public ImageSource {
 public:
  explicit ListSource(std::vector<SourcedImage> images) : images_(std::move(images)) {}
  Result<std::vector<SourcedImage>> Images() override { return images_; }

 private:
  std::vector<SourcedImage> images_;
};

class FileSource final : public ImageSource {
 public:
  explicit FileSource(std::string path) : path_(std::move(path)) {}

  Result<std::vector<SourcedImage>> Images() override {
    std::ifstream file(path_);
    if (!file) return Fail(Errc::unavailable, path_ + ": cannot be read");
    std::ostringstream text;
    text << file.rdbuf();
    return ParseImageList(path_, text.str());
  }

 private:
  std::string path_;
};

class CallbackSource final : public ImageSource {
 public:
  explicit CallbackSource(std::function<Result<std::vector<SourcedImage>>()> callback)
      : callback_(std::move(callback)) {}
  Result<std::vector<SourcedImage>> Images() override { return callback_(); }

 private:
  std::function<Result<std::vector<SourcedImage>>()> callback_;
};

std::string_view TrimLine(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r";
  const auto begin = text.find_first_not_of(kBlank);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlank) - begin + 1);
}

}  // namespace

std::shared_ptr<ImageSource> MakeListSource(std::vector<SourcedImage> images) {
  return std::make_shared<ListSource>(std::move(images));
}

std::shared_ptr<ImageSource> MakeFileSource(std::string path) { return std::make_shared<FileSource>(std::move(path)); }

std::shared_ptr<ImageSource> MakeCallbackSource(std::function<Result<std::vector<SourcedImage>>()> callback) {
  return std::make_shared<CallbackSource>(std::move(callback));
}

std::shared_ptr<ImageSource> MakeFilteredSource(std::shared_ptr<ImageSource> source,
                                                std::function<bool(const ImageName&)> includes) {
  return MakeCallbackSource([source = std::move(source), includes = std::move(includes)] {
    auto images = source->Images();
    if (images) std::erase_if(*images, [&](const SourcedImage& image) { return !includes(image.ref.name()); });
    return images;
  });
}

Result<std::vector<SourcedImage>> ParseImageList(std::string_view where, std::string_view text) {
  std::vector<SourcedImage> images;
  int number = 0;
  while (!text.empty()) {
    ++number;
    const auto end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    line = TrimLine(line.substr(0, line.find('#')));
    if (line.empty()) continue;
    auto ref = ImageRef::Parse(line);
    if (!ref.has_value()) {
      return std::unexpected<Error>(
          std::move(ref).error().WithContext(std::string(where) + ":" + std::to_string(number)));
    }
    SourcedImage image;
    image.ref = std::move(*ref);
    images.push_back(std::move(image));
  }
  return images;
}

}  // namespace larder
