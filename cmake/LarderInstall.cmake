# larder::larder, which links every part that is built; what `cmake --install` gives a host, and the Debian package of it.
# A host links larder::larder, or only what it uses: larder::core larder::lmdb (docs/embedding.md).
get_property(parts GLOBAL PROPERTY LARDER_PARTS)
set(everything ${parts})
list(REMOVE_ITEM everything testing metrics)  # for those who ask for them
list(TRANSFORM everything PREPEND larder::)

add_library(larder_everything INTERFACE)
add_library(larder::larder ALIAS larder_everything)
set_target_properties(larder_everything PROPERTIES EXPORT_NAME larder LARDER_LINKS "${everything}")
target_link_libraries(larder_everything INTERFACE ${everything})

if(NOT LARDER_INSTALL)
  return()
endif()

# --- files ------------------------------------------------------------------------------------------------------------

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/larder)
set(pc_dir ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
foreach(part IN LISTS parts)
  get_target_property(folder larder_${part} SOURCE_DIR)
  set_target_properties(larder_${part} PROPERTIES INSTALL_RPATH $ORIGIN)  # shared ones lie side by side
  install(DIRECTORY ${folder}/include/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT development)
  install(TARGETS larder_${part} EXPORT larder
    LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT runtime NAMELINK_COMPONENT development
    ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT development)
endforeach()
install(TARGETS larder_everything EXPORT larder)
install(EXPORT larder NAMESPACE larder:: FILE larder-targets.cmake DESTINATION ${package_dir} COMPONENT development)
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE ${PROJECT_SOURCE_DIR}/CHANGELOG.md DESTINATION ${CMAKE_INSTALL_DOCDIR}
        COMPONENT runtime)

# --- what each part needs ---------------------------------------------------------------------------------------------

# Shared libraries bring what they need; with static ones the host links it. As a line for larder-config.cmake, and as a
# module for pkg-config.
function(describe_need dep code module)
  set(pc)
  if(dep MATCHES "^PkgConfig::(.*)")
    set(pc ${${CMAKE_MATCH_1}_MODULE_NAME})
    set(line "larder_find_module(${CMAKE_MATCH_1} ${pc})")
  elseif(dep MATCHES "^(OpenSSL|RocksDB|prometheus-cpp|simdjson|Threads)::")
    set(line "find_dependency(${CMAKE_MATCH_1})")
    set(modules OpenSSL libcrypto RocksDB rocksdb simdjson simdjson Threads ""
        prometheus-cpp prometheus-cpp-core)
    list(FIND modules ${CMAKE_MATCH_1} at)
    math(EXPR at "${at} + 1")
    list(GET modules ${at} pc)
  else()
    message(FATAL_ERROR "cmake/LarderInstall.cmake does not know how a host finds ${dep}")
  endif()
  set(${code} ${line} PARENT_SCOPE)
  set(${module} ${pc} PARENT_SCOPE)
endfunction()

set(LARDER_NEEDS "")
foreach(part IN LISTS parts ITEMS everything)
  get_target_property(links larder_${part} LARDER_LINKS)
  if(NOT links)
    set(links)
  endif()
  set(requires)
  set(needed_parts)
  set(code "")
  foreach(dep IN LISTS links)
    if(dep MATCHES "^larder::(.*)")
      list(APPEND needed_parts ${CMAKE_MATCH_1})
      list(APPEND requires "larder-${CMAKE_MATCH_1} = ${PROJECT_VERSION}")
    elseif(NOT BUILD_SHARED_LIBS)
      describe_need(${dep} line module)
      string(APPEND code "  ${line}\n")
      list(APPEND requires ${module})
    endif()
  endforeach()
  set(name ${part})
  set(PC_FILE larder-${part})
  set(PC_LIBS "-L\${libdir} -llarder_${part}")
  if(part STREQUAL "everything")
    set(name larder)
    set(PC_FILE larder)
    set(PC_LIBS "")
  endif()
  string(APPEND LARDER_NEEDS "set(larder_${name}_parts ${needed_parts})\nmacro(larder_find_needs_of_${name})\n${code}endmacro()\n")
  list(JOIN requires ", " PC_REQUIRES)
  file(RELATIVE_PATH PC_PREFIX ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_PREFIX})
  configure_file(${PROJECT_SOURCE_DIR}/cmake/larder.pc.in ${PROJECT_BINARY_DIR}/${PC_FILE}.pc @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/${PC_FILE}.pc DESTINATION ${pc_dir} COMPONENT development)
endforeach()

include(CMakePackageConfigHelpers)
list(JOIN parts " " LARDER_PARTS)
configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/larder-config.cmake.in
                              ${PROJECT_BINARY_DIR}/larder-config.cmake INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/larder-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/larder-config.cmake ${PROJECT_BINARY_DIR}/larder-config-version.cmake
        DESTINATION ${package_dir} COMPONENT development)

# --- the Debian packages ----------------------------------------------------------------------------------------------

# `cpack` in the build folder makes larder (the command, and shared libraries where they are built) and larder-dev.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_CONTACT "The Larder authors <larder@example.org>")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL runtime development)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION admin)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_NAME larder)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME larder-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS "larder (= ${PROJECT_VERSION})")
foreach(part IN LISTS parts)
  get_target_property(folder larder_${part} BINARY_DIR)
  list(APPEND CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS ${folder})
endforeach()
if(NOT BUILD_SHARED_LIBS)
  set(headers libcurl4-openssl-dev liblmdb-dev libsimdjson-dev libssl-dev pkg-config)
  if(LARDER_MEMCACHED)
    list(APPEND headers libc-ares-dev libmemcached-dev)
  endif()
  if(LARDER_ROCKSDB)
    list(APPEND headers librocksdb-dev)
  endif()
  if(LARDER_METRICS)
    list(APPEND headers prometheus-cpp-dev)
  endif()
  list(JOIN headers ", " headers)
  set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS "${headers}")
endif()
include(CPack)
