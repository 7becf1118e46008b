#include "refresh/schedule.h"

#include <algorithm>
#include <limits>

#include "larder/tag_schedule.h"

namespace larder::refresh {
namespace {

bool Later(const TagDue& a, const TagDue& b) { return a.due_ms > b.due_ms; }

}  // namespace

Time Schedule::SoonestOf(const Repository& repository) {
  if (repository.tags.empty()) return repository.list_due;
  return std::min(repository.list_due, Time{Duration{repository.tags.front().due_ms}});
}

Time Schedule::NextOf(const Repository& repository) { return std::max(SoonestOf(repository), repository.hold); }

Time Schedule::DueOf(const Repository& repository) {
  const Time due = SoonestOf(repository);
  return std::min(due, repository.unmet.value_or(due));
}

Schedule::Repository* Schedule::Find(std::string_view name) {
  const auto found = index_.find(std::string(name));
  return found == index_.end() ? nullptr : &repositories_[found->second];
}

template <class Fn>
void Schedule::Change(std::string_view name, Fn change) {
  Repository* repository = Find(name);
  if (repository == nullptr) return;
  const auto id = static_cast<std::uint32_t>(repository - repositories_.data());
  if (!repository->busy) order_.erase({NextOf(*repository), id});
  change(*repository);
  if (!repository->busy) order_.insert({NextOf(*repository), id});
}

void Schedule::Put(std::string_view name, Time list_due, std::vector<TagDue> tags) {
  if (!Has(name)) {
    std::uint32_t id = 0;
    if (free_.empty()) {
      id = static_cast<std::uint32_t>(repositories_.size());
      repositories_.emplace_back();
    } else {
      id = free_.back();
      free_.pop_back();
    }
    repositories_[id].name = name;
    index_.emplace(name, id);
    order_.insert({NextOf(repositories_[id]), id});
  }
  std::make_heap(tags.begin(), tags.end(), Later);
  tags.shrink_to_fit();
  Change(name, [&](Repository& repository) {
    repository.list_due = list_due;
    repository.tags = std::move(tags);
  });
}

void Schedule::Forget(std::string_view name) {
  const auto found = index_.find(std::string(name));
  if (found == index_.end()) return;
  Repository& repository = repositories_[found->second];
  if (!repository.busy) order_.erase({NextOf(repository), found->second});
  free_.push_back(found->second);
  repository = Repository();
  index_.erase(found);
}

bool Schedule::Has(std::string_view name) const { return index_.contains(std::string(name)); }

void Schedule::SetListDue(std::string_view name, Time list_due) {
  Change(name, [&](Repository& repository) { repository.list_due = list_due; });
}

void Schedule::AddTags(std::string_view name, std::span<const TagDue> tags) {
  Change(name, [&](Repository& repository) {
    for (const auto& tag : tags) {
      repository.tags.push_back(tag);
      std::push_heap(repository.tags.begin(), repository.tags.end(), Later);
    }
  });
}

void Schedule::HoldUntil(std::string_view name, Time until) {
  Change(name, [&](Repository& repository) { repository.hold = until; });
}

void Schedule::NoteUnmet(std::string_view name, std::optional<Time> since) {
  if (Repository* repository = Find(name); repository != nullptr) {
    repository->unmet = since.has_value() ? std::min(*since, repository->unmet.value_or(*since)) : since;
  }
}

std::optional<Schedule::Due> Schedule::Take(Time now, const std::function<bool(std::string_view)>& may_start) {
  for (auto place = order_.begin(); place != order_.end() && place->first <= now; ++place) {
    Repository& repository = repositories_[place->second];
    if (!may_start(repository.name)) continue;
    Due due;
    due.since = DueOf(repository);
    order_.erase(place);
    repository.busy = true;
    due.name = repository.name;
    due.list = repository.list_due <= now;
    const std::int64_t along = (now + kGoAlong).time_since_epoch().count();
    while (!repository.tags.empty() && repository.tags.front().due_ms <= along) {
      if (due.items.size() == kMaxTaken) {
        due.more = true;
        break;
      }
      std::pop_heap(repository.tags.begin(), repository.tags.end(), Later);
      due.items.push_back(repository.tags.back().item);
      repository.tags.pop_back();
    }
    return due;
  }
  return std::nullopt;
}

void Schedule::Release(std::string_view name) {
  Repository* repository = Find(name);
  if (repository == nullptr || !repository->busy) return;
  repository->busy = false;
  order_.insert({NextOf(*repository), static_cast<std::uint32_t>(repository - repositories_.data())});
}

std::uint64_t Schedule::AddChore(Time due, std::function<void()> chore) {
  chores_.emplace(std::pair(due, ++last_chore_), std::move(chore));
  return last_chore_;
}

void Schedule::DropChore(std::uint64_t id) {
  std::erase_if(chores_, [id](const auto& chore) { return chore.first.second == id; });
}

std::optional<std::function<void()>> Schedule::TakeChore(Time now) {
  if (chores_.empty() || chores_.begin()->first.first > now) return std::nullopt;
  return std::move(chores_.extract(chores_.begin()).mapped());
}

std::optional<Time> Schedule::NextChore() const {
  if (chores_.empty()) return std::nullopt;
  return chores_.begin()->first.first;
}

void Schedule::HurryChores(Time now) {
  std::map<std::pair<Time, std::uint64_t>, std::function<void()>> due;
  for (auto& [key, chore] : chores_) due.emplace(std::pair(std::min(key.first, now), key.second), std::move(chore));
  chores_ = std::move(due);
}

std::optional<Time> Schedule::NextAfter(Time time) const {
  const auto next = order_.upper_bound({time, std::numeric_limits<std::uint32_t>::max()});
  if (next == order_.end()) return std::nullopt;
  return next->first;
}

std::pair<std::size_t, std::optional<Time>> Schedule::DueAt(Time now) const {
  std::pair<std::size_t, std::optional<Time>> due;
  for (auto place = order_.begin(); place != order_.end() && place->first <= now; ++place) ++due.first;
  for (const auto& [next, id] : order_) {
    const Time since = DueOf(repositories_[id]);
    if (since <= now && since < due.second.value_or(Time::max())) due.second = since;
  }
  return due;
}

std::size_t Schedule::tags() const {
  std::size_t count = 0;
  for (const auto& repository : repositories_) count += repository.tags.size();
  return count;
}

std::size_t Schedule::bytes() const {
  constexpr std::size_t kNode = 48;  // of a red-black tree or a hash map, with its allocator's header
  std::size_t bytes = repositories_.capacity() * sizeof(Repository) + order_.size() * (kNode + sizeof(*order_.begin()));
  for (const auto& repository : repositories_) {
    bytes += repository.tags.capacity() * sizeof(TagDue) + 2 * repository.name.capacity() + kNode;
  }
  return bytes;
}

std::vector<std::string> Schedule::Names() const {
  std::vector<std::string> names;
  names.reserve(index_.size());
  for (const auto& [name, id] : index_) names.push_back(name);
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace larder::refresh
