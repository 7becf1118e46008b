// Runs the command as a person or a program would, with its output kept.
#pragma once

#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <vector>

#include "app.h"
#include "larder/image_record.h"
#include "larder/open_store.h"
#include "larder/repository_record.h"
#include "support/temp_dir.h"

namespace larder::tool {

inline constexpr Time kNow{std::chrono::seconds(1'704'067'200)};  // 2024-01-01T00:00:00Z

class Terminal {
 public:
  struct Ran {
    Exit exit = Exit::yes;
    std::string out, err;
  };
  std::string url() const { return "lmdb:" + (dir_.path() / "store").string(); }
  std::string path() const { return dir_.path().string(); }

  Ran operator()(std::vector<std::string> arguments) {
    std::ostringstream out, err;
    Console own = console;
    own.out = &out;
    own.err = &err;
    own.now = now;
    arguments.insert(arguments.begin(), {"--store", url()});
    Ran ran;
    ran.exit = Run(arguments, own);
    ran.out = out.str();
    ran.err = err.str();
    return ran;
  }

  // A repository of three tags: an image, one that is excluded, one that was not fetched yet.
  void Fill() {
    auto store = OpenStore(url()).value();
    RepositoryRecord state;
    state.name = ImageName::Parse("ghcr.io/fluxcd/flux-cli").value();
    state.generation = 1;
    state.counts.tags = 3;
    state.counts.known = 2;
    state.counts.pending = 1;
    state.last_listed = kNow - std::chrono::minutes(3);
    state.deadline = kNow + std::chrono::minutes(2);
    state.expiry = kNow + std::chrono::days(30);
    WriteBatch batch;
    const std::vector<std::string> tags = {"v2.2.0", "v2.3.0", "windows"};
    state.blocks = PutTagBlocks(batch, state.name.Canonical(), 1, tags, state.expiry).value();
    batch.Put(KeyOf(state), BuildRepositoryRecord(state).value());

    ImageRecord image;
    image.status = EntryStatus::image;
    image.info.id = ImageRef::Parse("ghcr.io/fluxcd/flux-cli:v2.3.0").value();
    image.info.digest = Digest::Parse("sha256:" + std::string(64, 'a')).value();
    image.info.platform_digest = Digest::Parse("sha256:" + std::string(64, 'b')).value();
    image.info.image_id = "sha256:" + std::string(64, 'c');
    image.info.created_at = ParseTimestamp("2023-12-13T14:22:01.5Z").value();
    image.info.last_fetched = kNow - std::chrono::hours(5);
    image.info.platform = Platform::Parse("linux/amd64").value();
    image.info.labels = {{"org.opencontainers.image.version", "v2.3.0"}};
    image.interval = std::chrono::hours(24);
    image.deadline = kNow + std::chrono::hours(19);
    image.expiry = kNow + std::chrono::days(30);
    batch.Put(KeyOf(image), BuildImageRecord(image).value());

    ImageRecord excluded = image;
    excluded.status = EntryStatus::excluded;
    excluded.info = ImageInfo();
    excluded.info.id = ImageRef::Parse("ghcr.io/fluxcd/flux-cli:windows").value();
    excluded.info.last_fetched = kNow - std::chrono::hours(1);
    excluded.excluded_reason = "no image for linux/amd64; it has windows/amd64";
    batch.Put(KeyOf(excluded), BuildImageRecord(excluded).value());
    WriteOptions options;
    options.now = kNow;
    ASSERT_TRUE(store->Write(batch, options).has_value());
  }

  Console console;
  Time now = kNow;

 private:
  testing::TempDir dir_;
};

}  // namespace larder::tool
