# To build everything from nothing: headers that most files include are compiled once, and sources eight at a time. That
# takes well under half as long. A compiler cache does better, one file at a time, hence the default. The layout test sees
# to it that the files of a target can be compiled together: no two define the same name. LarderTargets.cmake uses it.
if(LARDER_CCACHE)
  set(larder_cold_default OFF)
else()
  set(larder_cold_default ON)
endif()
option(LARDER_COLD "Build for a first time: precompiled headers, sources in batches" ${larder_cold_default})
if(LARDER_COLD)
  # g++ warns of names of unnamed namespaces in headers, and takes what a batch includes for one; g++ 12 also of its own
  # std::expected and std::string where it optimises a batch. Builds file by file, with a compiler cache, check these.
  target_compile_options(larder_flags INTERFACE $<$<CXX_COMPILER_ID:GNU>:
    -Wno-subobject-linkage -Wno-maybe-uninitialized -Wno-stringop-overread -Wno-stringop-overflow -Wno-array-bounds>)
  set(CMAKE_UNITY_BUILD ON)
  set(CMAKE_UNITY_BUILD_BATCH_SIZE 8)
  set(larder_pch_headers <algorithm> <array> <atomic> <charconv> <chrono> <cstdint> <deque> <expected> <filesystem>
      <fstream> <functional> <future> <iomanip> <iostream> <map> <memory> <mutex> <optional> <random> <set> <span>
      <sstream> <stop_token> <string> <string_view> <system_error> <thread> <tuple> <unordered_map> <utility>
      <variant> <vector>)
  file(WRITE ${PROJECT_BINARY_DIR}/precompiled.cc "int main() {}\n")
  add_library(larder_pch OBJECT ${PROJECT_BINARY_DIR}/precompiled.cc)
  target_link_libraries(larder_pch PRIVATE larder_flags)
  set_target_properties(larder_pch PROPERTIES CXX_VISIBILITY_PRESET "${LARDER_VISIBILITY}")
  target_precompile_headers(larder_pch PRIVATE ${larder_pch_headers})
endif()

# Of an executable, because those are compiled as -fPIE, which a precompiled header has to agree with.
if(LARDER_COLD AND LARDER_TESTS)
  add_executable(larder_test_pch EXCLUDE_FROM_ALL ${PROJECT_BINARY_DIR}/precompiled.cc)
  target_link_libraries(larder_test_pch PRIVATE larder_flags GTest::gmock)
  target_precompile_headers(larder_test_pch PRIVATE <gmock/gmock.h> <gtest/gtest.h> ${larder_pch_headers})
endif()
