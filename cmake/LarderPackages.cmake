# Every third-party package in one place. Each is linked PRIVATE by the one part that uses it (DESIGN: docs/design.md).
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(nlohmann_json REQUIRED)

pkg_check_modules(xxhash REQUIRED IMPORTED_TARGET libxxhash)
pkg_check_modules(lmdb REQUIRED IMPORTED_TARGET lmdb)
pkg_check_modules(libcurl REQUIRED IMPORTED_TARGET libcurl>=7.88)
find_package(simdjson REQUIRED)

find_program(LARDER_FLATC flatc REQUIRED)
find_path(LARDER_FLATBUFFERS_INCLUDE flatbuffers/flatbuffers.h REQUIRED)
find_path(LARDER_ASIO_INCLUDE asio.hpp REQUIRED)

add_library(larder_asio INTERFACE)
target_include_directories(larder_asio SYSTEM INTERFACE ${LARDER_ASIO_INCLUDE})
target_compile_definitions(larder_asio INTERFACE ASIO_STANDALONE ASIO_NO_DEPRECATED
  $<$<CXX_COMPILER_ID:Clang>:ASIO_HAS_CO_AWAIT> $<$<CXX_COMPILER_ID:Clang>:ASIO_HAS_STD_COROUTINE>)
target_link_libraries(larder_asio INTERFACE Threads::Threads)

if(LARDER_TOOLS)
  find_package(CLI11 REQUIRED)
  find_package(spdlog REQUIRED)
endif()
if(LARDER_TESTS)
  find_package(GTest REQUIRED)
endif()
if(LARDER_BENCH)
  find_package(benchmark REQUIRED)
endif()
