# Writes which commit is built into OUT, if that has changed: cmake -DSOURCE= -DOUT= -P commit.cmake
execute_process(COMMAND git -C ${SOURCE} describe --always --dirty --abbrev=12
  OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE failed)
if(failed)
  set(commit "unknown, built without git")
endif()
set(text "#pragma once\n#include <string_view>\ninline constexpr std::string_view built_commit = \"${commit}\";\n")
set(known "")
if(EXISTS ${OUT})
  file(READ ${OUT} known)
endif()
if(NOT known STREQUAL text)
  file(WRITE ${OUT} "${text}")
endif()
