#include "refresh/images_in_use.h"

#include <utility>

namespace larder::refresh {

void ImagesInUse::Start(std::shared_ptr<ImageSource> source, Changed changed) {
  source_ = std::move(source);
  changed_ = std::move(changed);
  Ask();
}

void ImagesInUse::Stop() {
  if (timer_.has_value()) timers_.Cancel(*std::exchange(timer_, std::nullopt));
  source_.reset();
}

void ImagesInUse::Ask() {
  if (source_ == nullptr) return;
  if (timer_.has_value()) timers_.Cancel(*std::exchange(timer_, std::nullopt));
  timer_ = timers_.At(timers_.Now() + interval_, [this] {
    timer_.reset();
    Ask();
  });
  auto images = source_->Images();
  if (images.has_value()) {
    error_.clear();
    Take(std::move(*images));
  } else if (const std::string text = images.error().ToString(); text != error_) {
    error_ = text;
    if (log_) log_(LogLevel::error, "the list of images could not be read, the last one stays: " + text);
  }
}

void ImagesInUse::Take(std::vector<SourcedImage> images) {
  std::map<std::string, Repository, std::less<>> next;
  for (auto& image : images) {
    Repository& repository = next[image.ref.name().Canonical()];
    repository.name = image.ref.name();
    repository.credentials.Merge(image.credentials);
  }
  std::vector<std::string> came, left;
  for (const auto& [name, repository] : repositories_) {
    if (!next.contains(name)) left.push_back(name);
  }
  for (const auto& [name, repository] : next) {
    if (!repositories_.contains(name)) came.push_back(name);
  }
  repositories_ = std::move(next);
  changed_(came, left);
}

const ImagesInUse::Repository* ImagesInUse::Find(std::string_view name) const {
  const auto found = repositories_.find(name);
  return found == repositories_.end() ? nullptr : &found->second;
}

}  // namespace larder::refresh
