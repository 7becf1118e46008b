# How a part of Larder becomes a target: its own public include root, its own private one, warnings as errors.
include(GNUInstallDirs)

find_program(LARDER_CCACHE ccache)
if(LARDER_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${LARDER_CCACHE})
endif()

add_library(larder_flags INTERFACE)
target_compile_options(larder_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Wcast-qual -Wformat=2
  $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>  # g++ 12 warns of its own std::string when optimising (GCC bug 105651)
  $<$<BOOL:${LARDER_WERROR}>:-Werror>
  $<$<CXX_COMPILER_ID:Clang>:-Wthread-safety>)
if(LARDER_SANITIZE)
  target_compile_options(larder_flags INTERFACE -fsanitize=${LARDER_SANITIZE} -fno-omit-frame-pointer
                                                -fno-sanitize-recover=all)
  target_link_options(larder_flags INTERFACE -fsanitize=${LARDER_SANITIZE})
  if(LARDER_SANITIZE MATCHES "thread")
    target_compile_definitions(larder_flags INTERFACE ASIO_DISABLE_FENCED_BLOCK)
  endif()
endif()

if(LARDER_FUZZ)
  target_compile_options(larder_flags INTERFACE -fsanitize=fuzzer-no-link)  # libFuzzer sees which branches an input takes
endif()

# In a shared build everything but the public headers' namespaces is hidden (larder/api.h), unless there are tests:
# they reach inside.
if(NOT (BUILD_SHARED_LIBS AND LARDER_TESTS))
  set(LARDER_VISIBILITY hidden)
endif()

# larder_library(NAME): a library larder_NAME, alias larder::NAME, static or as BUILD_SHARED_LIBS says. Public headers in
# ./include, which is all that a target linking it sees; the folder itself is the private include root.
# larder_NAME_private lets tests see inside. Folders below add their own files with target_sources.
# PRIVATE_DEPS are what hosts have to link too, where the library is static; of BUILD_DEPS only headers are used.
# INTERNAL ones are static and not installed (cmake/LarderInstall.cmake).
function(larder_library name)
  cmake_parse_arguments(arg "INTERNAL" "" "DEPS;PRIVATE_DEPS;BUILD_DEPS" ${ARGN})
  set(target larder_${name})
  if(arg_INTERNAL)
    add_library(${target} STATIC)
  else()
    add_library(${target})
    set_property(GLOBAL APPEND PROPERTY LARDER_PARTS ${name})
    set_property(TARGET ${target} PROPERTY LARDER_LINKS ${arg_DEPS} ${arg_PRIVATE_DEPS})
  endif()
  add_library(larder::${name} ALIAS ${target})
  set_target_properties(${target} PROPERTIES
    EXPORT_NAME ${name}
    DEFINE_SYMBOL ""  # static and shared ones are compiled alike, and so share a compiler cache
    CXX_VISIBILITY_PRESET "${LARDER_VISIBILITY}"
    VERSION ${PROJECT_VERSION}
    SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})  # until 1.0 each minor version may break
  target_compile_features(${target} PUBLIC cxx_std_23)
  if(EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/include)
    target_include_directories(${target} PUBLIC $<BUILD_INTERFACE:${CMAKE_CURRENT_SOURCE_DIR}/include>
                                                $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  endif()
  target_include_directories(${target} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
  target_link_libraries(${target} PUBLIC ${arg_DEPS} PRIVATE ${arg_PRIVATE_DEPS})
  foreach(dep larder_flags ${arg_BUILD_DEPS})
    target_link_libraries(${target} PRIVATE $<BUILD_INTERFACE:${dep}>)
  endforeach()

  if(LARDER_COLD)
    target_precompile_headers(${target} REUSE_FROM larder_pch)
  endif()

  add_library(${target}_private INTERFACE)
  target_include_directories(${target}_private INTERFACE ${CMAKE_CURRENT_SOURCE_DIR})
  target_link_libraries(${target}_private INTERFACE ${target})
endfunction()

# larder_test(NAME SOURCES a_test.cc ... DEPS larder::core ...): one gtest binary and one ctest entry of that name.
# TIMEOUT is in seconds. SERIAL keeps it from running beside others (tests that measure or need both processors).
function(larder_test name)
  cmake_parse_arguments(arg "SERIAL" "TIMEOUT" "SOURCES;DEPS" ${ARGN})
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 300)
  endif()
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE ${arg_DEPS} larder_flags GTest::gmock GTest::gmock_main)
  target_compile_definitions(${name} PRIVATE LARDER_SOURCE_DIR="${PROJECT_SOURCE_DIR}"
                                             LARDER_SERVERS_DIR="${LARDER_SERVERS_DIR}")
  if(LARDER_COLD)
    target_precompile_headers(${name} REUSE_FROM larder_test_pch)
  endif()
  add_test(NAME ${name} COMMAND ${name} --gtest_brief=1)
  set_tests_properties(${name} PROPERTIES TIMEOUT ${arg_TIMEOUT} COST ${arg_TIMEOUT})  # the longest start first
  if(arg_SERIAL)
    set_tests_properties(${name} PROPERTIES RUN_SERIAL TRUE)
  endif()
endfunction()
