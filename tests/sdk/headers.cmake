# ctest entries that call compilers: the C headers in every language they promise, and the C++ layer.
set(include ${PROJECT_SOURCE_DIR}/sdk/include)
set(strict -Wall -Wextra -pedantic -Wshadow -Werror -fsyntax-only -I${include})

function(header_test name compiler)
  add_test(NAME sdk.headers.${name} COMMAND ${compiler} ${strict} ${ARGN})
  set_tests_properties(sdk.headers.${name} PROPERTIES LABELS unit TIMEOUT 120)
endfunction()

# Each header of the ABI can be included alone.
file(GLOB abi RELATIVE ${include}/herald CONFIGURE_DEPENDS ${include}/herald/abi/*.h)
foreach(header ${abi})
  set(alone ${CMAKE_CURRENT_BINARY_DIR}/alone/${header}.c)
  file(CONFIGURE OUTPUT ${alone} CONTENT "#include <herald/${header}>\n")
  list(APPEND each_alone ${alone})
endforeach()

foreach(pair gcc,g++ clang,clang++)
  string(REPLACE "," ";" pair ${pair})
  list(GET pair 0 c)
  list(GET pair 1 cxx)
  find_program(HERALD_TEST_${c} ${c})
  find_program(HERALD_TEST_${cxx} ${cxx})
  if(HERALD_TEST_${c} AND HERALD_TEST_${cxx})
    header_test(${c}.c11 ${HERALD_TEST_${c}} -std=c11 ${CMAKE_CURRENT_SOURCE_DIR}/layout.c ${each_alone})
    foreach(standard 11 14 17 20)
      header_test(${c}.cxx${standard} ${HERALD_TEST_${cxx}} -std=c++${standard} -x c++
                  ${CMAKE_CURRENT_SOURCE_DIR}/layout.c)
    endforeach()
    header_test(${c}.layer ${HERALD_TEST_${cxx}} -std=c++20 -fvisibility=hidden
                ${CMAKE_CURRENT_SOURCE_DIR}/sample_template.cpp)
  endif()
endforeach()
