#include "layout/third_party.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace larder::layout {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(ThirdPartyTest, LetsThemInWhereTheyBelong) {
  EXPECT_THAT(StrayThirdParty({
                  {"backends/lmdb/env.cc", "#include <lmdb.h>\n#include <sys/mman.h>\n#include <unistd.h>\n"},
                  {"fetch/http/transfer.cc", "#include <curl/curl.h>\n#include <asio.hpp>\n#include <vector>\n"},
                  {"tests/backends/lmdb/env_test.cc", "#include <gtest/gtest.h>\n#include <lmdb.h>\n"},
                  {"bench/read.cc", "#include <rocksdb/db.h>\n#include <benchmark/benchmark.h>\n"},
              }),
              IsEmpty());
}

TEST(ThirdPartyTest, FindsThemElsewhere) {
  EXPECT_THAT(StrayThirdParty({{"backends/rocksdb/a.cc", "#include <lmdb.h>\n"},
                               {"core/record/b.cc", "#include \"rocksdb/db.h\"\n"},
                               {"fetch/auth/c.cc", "\n#include <asio/ip/tcp.hpp>\n"}}),
              ElementsAre("backends/rocksdb/a.cc:1: lmdb.h belongs in backends/lmdb only",
                          "core/record/b.cc:1: rocksdb/db.h belongs in backends/rocksdb only",
                          "fetch/auth/c.cc:2: asio/ip/tcp.hpp belongs in fetch/http only"));
}

TEST(ThirdPartyTest, FindsThemInPublicHeaders) {
  EXPECT_THAT(StrayThirdParty({{"backends/lmdb/include/larder/lmdb_store.h", "#include <lmdb.h>\n"}}),
              ElementsAre("backends/lmdb/include/larder/lmdb_store.h:1: a public header that includes lmdb.h"));
}

TEST(ThirdPartyTest, AsksForAPlaceForANewOne) {
  EXPECT_THAT(StrayThirdParty({{"core/model/a.cc", "#include <boost/any.hpp>\n"}}),
              ElementsAre("core/model/a.cc:1: <boost/any.hpp> is unknown: give its library a folder in "
                          "tests/layout/third_party.cc"));
}

}  // namespace
}  // namespace larder::layout
