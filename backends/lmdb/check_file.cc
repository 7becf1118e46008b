#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <optional>
#include <utility>

#include "larder/lmdb_check.h"
#include "larder/store.h"
#include "lmdb_error.h"
#include "open_table.h"
#include "page.h"

namespace larder {
namespace {

using Clock = std::chrono::steady_clock;
using lmdb::MetaInfo;
using lmdb::Node;
using lmdb::TreeInfo;
using Bytes = std::span<const std::byte>;

constexpr int kMetaAttempts = 100;  // to find the first page of a snapshot before two more commits have replaced it
constexpr std::uint64_t kLeavesBetweenLooks = 64;

// Reads what lies in the file, whatever the map says: a short file gives zeros.
class File {
 public:
  explicit File(int fd) : fd_(fd) {}
  bool Read(std::uint64_t at, std::span<std::byte> into) const {
    std::size_t have = 0;
    while (have < into.size()) {
      const ssize_t got = ::pread(fd_, into.data() + have, into.size() - have, static_cast<off_t>(at + have));
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) break;
      have += static_cast<std::size_t>(got);
    }
    std::fill(into.begin() + static_cast<std::ptrdiff_t>(have), into.end(), std::byte{0});
    return have == into.size();
  }

 private:
  int fd_;
};

class Check {
 public:
  Check(const File& file, const LmdbRecordVisitor& visit) : file_(file), visit_(visit) {}

  LmdbCheck& result() { return result_; }

  // Both first pages; nothing where the file may not even be opened by LMDB.
  bool FirstPages() {
    std::string fault;
    for (int attempt = 0; attempt < 3; ++attempt) {  // a commit may be writing one of them
      fault = FaultOfFirstPages();
      if (fault.empty()) return true;
    }
    ++result_.faults;
    result_.texts.push_back(fault);
    return false;
  }

  // From `resume` on, in one snapshot; `overdue` ends it early, and resume() then says where.
  void Walk(const MetaInfo& meta, bool first, const std::function<bool()>& overdue) {
    meta_ = &meta;
    overdue_ = &overdue;
    result_.one_moment = first;
    used_.assign(static_cast<std::size_t>(std::min(meta.last_page, kMaxPages) + 1), false);
    const auto resume = std::exchange(resume_, std::nullopt);
    from_ = resume;
    Tree(meta.records, true);
    if (resume_.has_value()) {
      result_.one_moment = false;
      return;
    }
    if (first) Tree(meta.free_list, false);
  }
  const std::optional<Key>& resume() const { return resume_; }

 private:
  static constexpr std::uint64_t kMaxPages = std::uint64_t{1} << 32;

  static std::string Place(std::uint64_t page, std::uint64_t at) {
    return "page " + std::to_string(page) + " (byte " + std::to_string(at) + ") ";
  }

  std::string FaultOfFirstPages() const {
    std::vector<std::byte> page(lmdb::kMetaBytes);
    std::string fault;
    std::optional<MetaInfo> metas[2];
    std::uint64_t page_bytes = 0;
    for (std::uint64_t number = 0; number < 2; ++number) {
      const std::string place = Place(number, number * page_bytes);
      if (!file_.Read(number * page_bytes, page)) return place + "the file ends within it";
      metas[number] = lmdb::ReadMeta(page, number, fault);
      if (!metas[number].has_value()) return place + fault;
      page_bytes = metas[number]->page_bytes;
    }
    const auto [low, high] = std::minmax(metas[0]->txnid, metas[1]->txnid);
    if (metas[0]->page_bytes != metas[1]->page_bytes || high - low > 1) return "pages 0 and 1 contradict each other";
    return {};
  }

  void Note(std::uint64_t page, const std::string& what) {
    ++result_.faults;
    if (result_.texts.size() == LmdbCheck::kMaxTexts) return;
    result_.texts.push_back(Place(page, page * meta_->page_bytes) + what);
  }

  // Marks pages as used, once each.
  bool Use(std::uint64_t page, std::uint64_t count, std::uint64_t by) {
    if (page < 2 || page > meta_->last_page || count > meta_->last_page - page + 1 || page + count > used_.size()) {
      Note(by, "refers to page " + std::to_string(page) + ", which the file does not have");
      return false;
    }
    for (std::uint64_t i = page; i < page + count; ++i) {
      if (used_[static_cast<std::size_t>(i)]) {
        Note(by, "refers to page " + std::to_string(i) + ", which is used already");
        return false;
      }
      used_[static_cast<std::size_t>(i)] = true;
    }
    return true;
  }

  struct Bounds {
    std::optional<Bytes> least;   // nothing below it
    std::optional<Bytes> beyond;  // nothing from it on
  };

  // Of records bytewise, of free pages by number.
  int Compare(Bytes a, Bytes b) const {
    if (!records_) {
      const auto left = a.size() == 8 ? lmdb::ReadWord(a, 0) : 0;
      const auto right = b.size() == 8 ? lmdb::ReadWord(b, 0) : 0;
      return left < right ? -1 : left > right ? 1 : 0;
    }
    const int order = std::memcmp(a.data(), b.data(), std::min(a.size(), b.size()));
    return order != 0 ? order : static_cast<int>(a.size()) - static_cast<int>(b.size());
  }

  void Tree(const TreeInfo& tree, bool records) {
    records_ = records;
    counted_ = TreeInfo();
    const std::uint64_t faults = result_.faults;
    if (tree.root != lmdb::kNoPage) Page(tree.root, tree.depth, Bounds(), meta_->txnid & 1);
    if (!result_.one_moment || resume_.has_value() || result_.faults != faults) return;
    if (counted_.entries != tree.entries || counted_.branch_pages != tree.branch_pages ||
        counted_.leaf_pages != tree.leaf_pages || counted_.overflow_pages != tree.overflow_pages ||
        (tree.root == lmdb::kNoPage && tree.depth != 0)) {
      Note(meta_->txnid & 1, std::string("counts other ") + (records ? "records" : "free pages") + " than there are: " +
                                 std::to_string(tree.entries) + ", not " + std::to_string(counted_.entries));
    }
  }

  bool Done() const { return resume_.has_value(); }

  void Page(std::uint64_t number, int depth, const Bounds& bounds, std::uint64_t by) {
    if (!Use(number, 1, by)) return;
    ++result_.pages;
    std::vector<std::byte> page(static_cast<std::size_t>(meta_->page_bytes));
    lmdb::Nodes nodes;
    std::string fault = file_.Read(number * meta_->page_bytes, page) ? lmdb::ReadPage(page, number, nodes)
                                                                     : "is beyond the end of the file";
    if (fault.empty() && nodes.leaf != (depth == 1)) fault = "lies at the wrong depth of its tree";
    if (fault.empty()) fault = CheckOrder(nodes, bounds);
    if (!fault.empty()) return Note(number, fault);
    ++(nodes.leaf ? counted_.leaf_pages : counted_.branch_pages);
    if (nodes.leaf) return Leaf(number, nodes);
    for (std::size_t i = 0; i < nodes.nodes.size() && !Done(); ++i) {
      Bounds inner = bounds;
      if (i > 0) inner.least = nodes.nodes[i].key;
      if (i + 1 < nodes.nodes.size()) inner.beyond = nodes.nodes[i + 1].key;
      const bool before =
          records_ && from_.has_value() && inner.beyond.has_value() && Compare(*inner.beyond, from_->bytes()) <= 0;
      if (!before) Page(nodes.nodes[i].page, depth - 1, inner, number);
    }
  }

  // A branch's first key is no key: everything below the second lies under it.
  std::string CheckOrder(const lmdb::Nodes& nodes, const Bounds& bounds) const {
    for (std::size_t i = nodes.leaf ? 0 : 1; i < nodes.nodes.size(); ++i) {
      const Bytes key = nodes.nodes[i].key;
      const std::string entry = "entry " + std::to_string(i);
      if (key.size() != (records_ ? Key::kSize : 8)) return entry + " has a key of another length";
      if (i > (nodes.leaf ? 0U : 1U) && Compare(nodes.nodes[i - 1].key, key) >= 0) return entry + " is out of order";
      if ((bounds.least.has_value() && Compare(key, *bounds.least) < 0) ||
          (bounds.beyond.has_value() && Compare(key, *bounds.beyond) >= 0)) {
        return entry + " is not where it would be looked for";
      }
    }
    return {};
  }

  void Leaf(std::uint64_t number, const lmdb::Nodes& nodes) {
    for (const Node& node : nodes.nodes) {
      ++counted_.entries;
      if (records_ && from_.has_value() && Compare(node.key, from_->bytes()) < 0) continue;
      Bytes value = node.value;
      if (node.page != lmdb::kNoPage) {
        if (!Overflow(number, node)) continue;
        value = Bytes(big_).subspan(lmdb::kPageHeadBytes, node.value_bytes);
      }
      if (records_) {
        aligned_.assign(value.begin(), value.end());
        ++result_.records;
        visit_(Key::FromBytes(node.key), aligned_);
      } else {
        FreeList(number, value);
      }
    }
    if (records_ && ++leaves_ % kLeavesBetweenLooks == 0 && (*overdue_)()) {
      resume_ = Key::FromBytes(nodes.nodes.back().key).Next();
    }
  }

  bool Overflow(std::uint64_t by, const Node& node) {
    const std::uint64_t pages = lmdb::PagesFor(node.value_bytes, meta_->page_bytes);
    if (!Use(node.page, pages, by)) return false;
    result_.pages += pages;
    counted_.overflow_pages += pages;
    big_.resize(static_cast<std::size_t>(pages * meta_->page_bytes));
    const std::string fault = file_.Read(node.page * meta_->page_bytes, big_)
                                  ? lmdb::CheckOverflow(big_, node.page, pages)
                                  : "is beyond the end of the file";
    if (!fault.empty()) Note(node.page, fault);
    return fault.empty();
  }

  // A count, and as many page numbers, falling.
  void FreeList(std::uint64_t by, Bytes list) {
    const std::uint64_t count = list.size() < 8 ? 0 : lmdb::ReadWord(list, 0);
    if (list.size() < 8 || list.size() % 8 != 0 || count > list.size() / 8 - 1) {
      return Note(by, "has a list of free pages of a wrong length");
    }
    std::uint64_t before = lmdb::kNoPage;
    for (std::uint64_t i = 1; i <= count; ++i) {
      const std::uint64_t page = lmdb::ReadWord(list, static_cast<std::size_t>(8 * i));
      if (page >= before) return Note(by, "has a list of free pages that is out of order");
      if (!Use(page, 1, by)) return;
      before = page;
    }
  }

  const File& file_;
  const LmdbRecordVisitor& visit_;
  LmdbCheck result_;
  const MetaInfo* meta_ = nullptr;
  const std::function<bool()>* overdue_ = nullptr;
  bool records_ = true;
  TreeInfo counted_;
  std::vector<bool> used_;
  std::vector<std::byte> big_, aligned_;
  std::uint64_t leaves_ = 0;
  std::optional<Key> from_;
  std::optional<Key> resume_;
};

// The first page of the snapshot that `txn` holds. Nothing where two commits came before it was read.
std::optional<MetaInfo> MetaOf(const File& file, std::uint64_t page_bytes, std::uint64_t txnid) {
  std::vector<std::byte> page(lmdb::kMetaBytes);
  std::string fault;
  if (!file.Read((txnid & 1) * page_bytes, page)) return std::nullopt;
  auto meta = lmdb::ReadMeta(page, txnid & 1, fault);
  return meta.has_value() && meta->txnid == txnid ? meta : std::nullopt;
}

struct Descriptor {
  explicit Descriptor(const char* path) : fd(::open(path, O_RDONLY | O_CLOEXEC)) {}
  ~Descriptor() {
    if (fd >= 0) ::close(fd);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int fd;
};

// Snapshot after snapshot until the walk is through. One is held for longer than half of kMaxReaderPin only while
// nobody commits.
Result<void> WalkAll(lmdb::Environment& environment, const File& file, Check& check) {
  bool first = true;
  for (int attempt = 0; attempt < kMetaAttempts; ++attempt) {
    LARDER_ASSIGN_OR_RETURN(auto txn, environment.Pin());
    const std::uint64_t txnid = mdb_txn_id(txn.get());
    const auto meta = MetaOf(file, environment.page_bytes(), txnid);
    if (!meta.has_value()) continue;
    const auto renew_at = Clock::now() + kMaxReaderPin / 2;
    check.Walk(*meta, first, [&] {
      MDB_envinfo info;
      return Clock::now() >= renew_at && mdb_env_info(environment.env(), &info) == 0 && info.me_last_txnid != txnid;
    });
    if (!check.resume().has_value()) return {};
    first = false;
    attempt = 0;
  }
  return Fail(Errc::unavailable, "lmdb " + environment.path().string() +
                                     ": another process commits faster than it can be looked at; try again");
}

}  // namespace

Result<LmdbCheck> CheckLmdbFile(const std::filesystem::path& directory, const LmdbRecordVisitor& visit) {
  LmdbOptions options;
  options.path = directory;
  options.read_only = true;
  const Descriptor data((directory / "data.mdb").c_str());
  if (data.fd >= 0) {
    const File file(data.fd);
    Check check(file, visit);
    std::byte any{};
    const bool empty = !file.Read(0, std::span(&any, 1));
    if (!empty && !check.FirstPages()) return check.result();
    // The records' own marker is one of the records: it is not trusted here.
    LARDER_ASSIGN_OR_RETURN(const auto handle, lmdb::OpenHandle::Open(options, lmdb::OpenHandle::Marker::unread));
    LARDER_RETURN_IF_ERROR(WalkAll(handle.environment(), file, check));
    return check.result();
  }
  const int error = errno;
  LARDER_ASSIGN_OR_RETURN(const auto handle, lmdb::OpenHandle::Open(options, lmdb::OpenHandle::Marker::unread));
  return lmdb::FailLmdb(directory, "cannot read data.mdb", error);
}

}  // namespace larder
