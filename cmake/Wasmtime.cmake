# wasmtime as an imported target. tools/wasmtime/build.sh makes the static library once per
# machine and version, in a cache outside the build folder; every later configure finds it there.
execute_process(
  COMMAND ${CMAKE_SOURCE_DIR}/tools/wasmtime/build.sh
  OUTPUT_VARIABLE CLOISTER_WASMTIME_HOME OUTPUT_STRIP_TRAILING_WHITESPACE
  RESULT_VARIABLE wasmtime_status)
if(NOT wasmtime_status EQUAL 0)
  message(FATAL_ERROR "tools/wasmtime/build.sh failed; it needs cargo and rustc 1.95 or newer")
endif()

add_library(cloister_wasmtime_lib STATIC IMPORTED GLOBAL)
set_target_properties(cloister_wasmtime_lib PROPERTIES
  IMPORTED_LOCATION ${CLOISTER_WASMTIME_HOME}/libcloister_wasmtime.a
  INTERFACE_INCLUDE_DIRECTORIES ${CLOISTER_WASMTIME_HOME}/include
  INTERFACE_LINK_LIBRARIES "pthread;dl;m")
