# What makes every module alike: one library, one test program per folder.

set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
set(CLOISTER_TEST_DIRECTORY ${CMAKE_BINARY_DIR}/test-bin)

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "build type" FORCE)
endif()
set(CMAKE_CXX_FLAGS_RELEASE "-O2")
set(CMAKE_C_FLAGS_RELEASE "-O2")

find_program(CLOISTER_CCACHE ccache)
if(CLOISTER_CCACHE)
  # The build folder's path must not decide over a cache hit. (CCACHE_BASEDIR would let clones share, but turns
  # paths relative, past -ffile-prefix-map and into the enclave's bytes.) Precompiled headers need their two
  # settings too (ccache manual, "Precompiled headers").
  set(launcher ${CMAKE_COMMAND} -E env CCACHE_NOHASHDIR=1
      CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
      ${CLOISTER_CCACHE})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${launcher})
  set(CMAKE_C_COMPILER_LAUNCHER ${launcher})
endif()

add_compile_options(
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror
  -fstack-protector-strong
  -ffile-prefix-map=${CMAKE_SOURCE_DIR}=.)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # g++ 12.2 at -O2 miscompiles a Result whose error is a struct of a few bytes: a function came back with an
  # error that no path of it sets (seen in runtime, gone without the vectoriser, at -O1, and at -O3).
  add_compile_options(-fno-tree-vectorize)
endif()
add_compile_definitions(_GLIBCXX_ASSERTIONS)
# tools/fuzz.sh sets it: coverage for libFuzzer in every library, and whatever a sanitizer sees ends the program.
option(CLOISTER_FUZZ "Build cloister-fuzz for libFuzzer (clang only)" OFF)
if(CLOISTER_FUZZ)
  if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    message(FATAL_ERROR "CLOISTER_FUZZ needs clang++-19; hint: tools/fuzz.sh configures a folder of its own")
  endif()
  set(CLOISTER_SANITIZE address,undefined)
  # What is made in a core without RTTI has no type for UBSan's vptr check to see.
  set(CLOISTER_FUZZ_OPTIONS -fsanitize=fuzzer-no-link -fno-sanitize=vptr -fno-sanitize-recover=all -gline-tables-only)
endif()
if(CMAKE_BUILD_TYPE STREQUAL "Release" AND NOT CLOISTER_SANITIZE)
  add_compile_options(-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3)
endif()
if(CLOISTER_SANITIZE)
  add_compile_options(-fsanitize=${CLOISTER_SANITIZE} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${CLOISTER_SANITIZE})
  add_compile_options(${CLOISTER_FUZZ_OPTIONS})
endif()
add_link_options(-Wl,-z,relro,-z,now -Wl,--build-id=none)

# The test framework's header is precompiled once; every test program reuses it.
find_package(GTest REQUIRED)
# An executable, since its precompiled header must be made with the flags of the executables that use it.
file(GENERATE OUTPUT ${CMAKE_BINARY_DIR}/test_pch.cpp CONTENT "int main() { return 0; }\n")
add_executable(cloister_test_pch ${CMAKE_BINARY_DIR}/test_pch.cpp)
set_target_properties(cloister_test_pch PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CLOISTER_TEST_DIRECTORY})
target_precompile_headers(cloister_test_pch PRIVATE
  <gtest/gtest.h> <algorithm> <array> <cstdint> <map> <optional> <span> <string> <vector>)
target_compile_options(cloister_test_pch PRIVATE -fpch-preprocess)
target_link_libraries(cloister_test_pch PRIVATE GTest::gtest)
target_include_directories(cloister_test_pch PRIVATE ${CMAKE_SOURCE_DIR}/src)

# Every test program's main, which says at the end how many cases ran; ctest prints all of them when it is done.
add_library(cloister_test_main STATIC ${CMAKE_SOURCE_DIR}/test/support/main.cpp)
target_include_directories(cloister_test_main PUBLIC ${CMAKE_SOURCE_DIR})
target_link_libraries(cloister_test_main PUBLIC GTest::gtest)
file(WRITE ${CMAKE_BINARY_DIR}/CTestCustom.cmake
  "set(CTEST_CUSTOM_POST_TEST \"${CMAKE_SOURCE_DIR}/tools/cases.sh ${CMAKE_BINARY_DIR}\")\n")

# cloister_library(NAME [SHELL] [DEPS a b] [LINK x y] [LABELS l])
#   One static library cloister_NAME from every .cpp of the current folder but *_test.cpp.
#   DEPS are other modules of ours, LINK is anything else, LABELS are those of its test. A core
#   (the default) has no exceptions and no RTTI; SHELL marks code that touches the world or a library that throws.
function(cloister_library name)
  cmake_parse_arguments(arg "SHELL" "" "DEPS;LINK;LABELS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp ${CMAKE_CURRENT_SOURCE_DIR}/*/*.cpp)
  list(FILTER sources EXCLUDE REGEX "_test\\.cpp$")
  add_library(cloister_${name} STATIC ${sources})
  set_target_properties(cloister_${name} PROPERTIES LINKER_LANGUAGE CXX)
  target_include_directories(cloister_${name} PUBLIC ${CMAKE_SOURCE_DIR}/src)
  if(NOT arg_SHELL)
    target_compile_options(cloister_${name} PRIVATE $<$<COMPILE_LANGUAGE:CXX>:-fno-exceptions -fno-rtti>)
  endif()
  foreach(dep IN LISTS arg_DEPS)
    target_link_libraries(cloister_${name} PUBLIC cloister_${dep})
  endforeach()
  target_link_libraries(cloister_${name} PUBLIC ${arg_LINK})
  cloister_test(${name} DEPS ${name} LABELS ${arg_LABELS})
endfunction()

# cloister_test(NAME [LABELS l] [DEPS a b] [LINK x] [SOURCES f])
#   One GoogleTest program from the folder's *_test.cpp (or SOURCES), one ctest entry.
function(cloister_test name)
  cmake_parse_arguments(arg "" "TIMEOUT" "LABELS;DEPS;LINK;SOURCES" ${ARGN})
  if(NOT arg_SOURCES)
    file(GLOB arg_SOURCES CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*_test.cpp ${CMAKE_CURRENT_SOURCE_DIR}/*/*_test.cpp)
  endif()
  if(NOT arg_SOURCES)
    return()
  endif()
  add_executable(cloister_${name}_test ${arg_SOURCES})
  set_target_properties(cloister_${name}_test PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CLOISTER_TEST_DIRECTORY})
  target_precompile_headers(cloister_${name}_test REUSE_FROM cloister_test_pch)
  target_compile_options(cloister_${name}_test PRIVATE -fpch-preprocess)
  target_include_directories(cloister_${name}_test PRIVATE ${CMAKE_SOURCE_DIR}/src)
  target_link_libraries(cloister_${name}_test PRIVATE cloister_test_main ${arg_LINK})
  foreach(dep IN LISTS arg_DEPS)
    target_link_libraries(cloister_${name}_test PRIVATE cloister_${dep})
  endforeach()
  add_test(NAME ${name} COMMAND cloister_${name}_test --gtest_brief=1)
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 300)
  endif()
  if(NOT DEFINED ENV{CLOISTER_SHARED})
    set(shared ${CMAKE_SOURCE_DIR}/../shared)
  else()
    set(shared $ENV{CLOISTER_SHARED})
  endif()
  set_tests_properties(${name} PROPERTIES TIMEOUT ${arg_TIMEOUT} LABELS "${arg_LABELS}"
    ENVIRONMENT "CLOISTER_SHARED=${shared};CLOISTER_BIN=${CMAKE_BINARY_DIR}/bin;CLOISTER_SOURCE=${CMAKE_SOURCE_DIR}")
endfunction()
