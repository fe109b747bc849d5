# Run as a script: installs the SDK into a temporary prefix, builds sdk/starter against it, runs its test and looks
# at what the plugin exports. Arguments: SDK_BUILD (build folder of sdk/), SOURCE, WORK, CXX, LAUNCHER.
function(run)
  execute_process(COMMAND ${ARGV} RESULT_VARIABLE failed OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(failed)
    message(FATAL_ERROR "failed: ${ARGV}\n${output}")
  endif()
endfunction()

file(REMOVE_RECURSE ${WORK})
file(COPY ${SOURCE}/ DESTINATION ${WORK}/source)
run(${CMAKE_COMMAND} --install ${SDK_BUILD} --component sdk --prefix ${WORK}/prefix)
run(${CMAKE_COMMAND} -G Ninja -S ${WORK}/source -B ${WORK}/build -DCMAKE_PREFIX_PATH=${WORK}/prefix
    -DCMAKE_CXX_COMPILER=${CXX} -DCMAKE_CXX_COMPILER_LAUNCHER=${LAUNCHER} "-DCMAKE_CXX_FLAGS=-Wall -Wextra -pedantic -Werror")
run(${CMAKE_COMMAND} --build ${WORK}/build)
run(${CMAKE_CTEST_COMMAND} --test-dir ${WORK}/build --output-on-failure)

execute_process(COMMAND nm -D --defined-only --format=posix ${WORK}/build/plugins/webhook.so
                OUTPUT_VARIABLE symbols COMMAND_ERROR_IS_FATAL ANY)
string(REGEX MATCHALL "[^\n]+" symbols "${symbols}")
list(LENGTH symbols count)
if(NOT count EQUAL 1 OR NOT symbols MATCHES "^herald_entry_v1 ")
  message(FATAL_ERROR "the plugin must export herald_entry_v1 and nothing else, but has: ${symbols}")
endif()
file(REMOVE_RECURSE ${WORK})
