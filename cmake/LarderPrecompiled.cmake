# Headers that most files include, compiled once: a third less to compile from nothing. Where there is a compiler cache
# they would only stand in its way, hence the default. The functions of LarderTargets.cmake use them.
if(LARDER_CCACHE)
  set(larder_pch_default OFF)
else()
  set(larder_pch_default ON)
endif()
option(LARDER_PCH "Precompile common headers" ${larder_pch_default})
if(LARDER_PCH)
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
if(LARDER_PCH AND LARDER_TESTS)
  add_executable(larder_test_pch EXCLUDE_FROM_ALL ${PROJECT_BINARY_DIR}/precompiled.cc)
  target_link_libraries(larder_test_pch PRIVATE larder_flags GTest::gmock)
  target_precompile_headers(larder_test_pch PRIVATE <gmock/gmock.h> <gtest/gtest.h> ${larder_pch_headers})
endif()
