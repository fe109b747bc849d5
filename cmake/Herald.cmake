# Build rules shared by all folders: compiler flags, and one function each for a room, a test.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_C_STANDARD 11)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

option(HERALD_CCACHE "Compile through ccache when it is installed" ON)
option(HERALD_SABOTAGE "Also build heraldd-faults: crash points and mutants, for tests only, never installed" ${HERALD_TESTS})
set(HERALD_SANITIZE "" CACHE STRING "Sanitizers to build with: empty, address,undefined or thread")

if(HERALD_CCACHE)
  find_program(HERALD_CCACHE_PROGRAM ccache)
  if(HERALD_CCACHE_PROGRAM)
    set(CMAKE_C_COMPILER_LAUNCHER ${HERALD_CCACHE_PROGRAM})
    set(CMAKE_CXX_COMPILER_LAUNCHER ${HERALD_CCACHE_PROGRAM})
  endif()
endif()

add_compile_options(-Wall -Wextra -Wpedantic -Wshadow $<$<COMPILE_LANGUAGE:CXX>:-Wnon-virtual-dtor> -Wno-missing-field-initializers -Werror)
# gcc 12 sees overlapping copies in `text + "literal"` once it optimises (GCC bug 105651).
add_compile_options($<$<AND:$<CXX_COMPILER_ID:GNU>,$<COMPILE_LANGUAGE:CXX>,$<NOT:$<CONFIG:Debug>>>:-Wno-restrict>)
# Debian's hardening flags; the sanitizers bring their own checks and dislike _FORTIFY_SOURCE.
if(HERALD_SANITIZE)
  add_compile_options(-fsanitize=${HERALD_SANITIZE} -fno-omit-frame-pointer -g1)
  add_link_options(-fsanitize=${HERALD_SANITIZE})
  # gcc 12 reports false positives from inlined library code under sanitizers.
  add_compile_options(-Wno-maybe-uninitialized -Wno-stringop-overflow -Wno-array-bounds -Wno-tsan)
else()
  add_compile_options(-fstack-protector-strong -fcf-protection)
  add_compile_definitions($<$<NOT:$<CONFIG:Debug>>:_FORTIFY_SOURCE=2>)
  add_link_options(-Wl,-z,relro,-z,now)
endif()
find_program(HERALD_LLD ld.lld)
if(HERALD_LLD)
  add_link_options(-fuse-ld=lld)
endif()

# Boost.DLL over std::filesystem: nothing of Boost is then linked by it (sdk-notes).
add_compile_definitions(BOOST_DLL_USE_STD_FS BOOST_ALL_NO_LIB BOOST_ASIO_NO_DEPRECATED)
set(Boost_NO_WARN_NEW_VERSIONS ON)
find_package(Boost 1.81 REQUIRED COMPONENTS program_options json)
find_package(Threads REQUIRED)

# herald_room(<name> SOURCES a.cpp ... [DEPS room ...] [LIBS target ...] [FAULTS a.cpp ...])
# One folder of daemon/ as a static library `herald_<name>`; DEPS is the architecture: which rooms it may include.
# FAULTS: those of SOURCES that have crash points or mutants (base/faults.hpp); see herald_sabotage().
function(herald_room name)
  cmake_parse_arguments(R "" "" "SOURCES;DEPS;LIBS;FAULTS" ${ARGN})
  add_library(herald_${name} STATIC ${R_SOURCES})
  if(HERALD_SABOTAGE AND R_FAULTS)
    add_library(herald_${name}_faults OBJECT EXCLUDE_FROM_ALL ${R_FAULTS})
    target_compile_definitions(herald_${name}_faults PRIVATE HERALD_FAULTS)
    # As the room itself is compiled, whatever its folder sets on it.
    target_link_libraries(herald_${name}_faults PRIVATE herald_${name})
    target_compile_options(herald_${name}_faults PRIVATE $<TARGET_PROPERTY:herald_${name},COMPILE_OPTIONS>)
    target_compile_definitions(herald_${name}_faults PRIVATE $<TARGET_PROPERTY:herald_${name},COMPILE_DEFINITIONS>)
    set_property(GLOBAL APPEND PROPERTY HERALD_FAULT_ROOMS ${name})
  endif()
  target_include_directories(herald_${name} PUBLIC ${PROJECT_SOURCE_DIR}/daemon)
  foreach(dep ${R_DEPS})
    target_link_libraries(herald_${name} PUBLIC herald_${dep})
  endforeach()
  target_link_libraries(herald_${name} PUBLIC ${R_LIBS})
endfunction()

# herald_sabotage(<target> [room ...])
# Gives an executable the crash points and mutants of these rooms (none named: of all). Their objects stand before the
# rooms' libraries, so that the linker takes them in place of the same sources without faults.
function(herald_sabotage target)
  set(rooms ${ARGN})
  if(NOT rooms)
    get_property(rooms GLOBAL PROPERTY HERALD_FAULT_ROOMS)
  endif()
  foreach(room ${rooms})
    target_sources(${target} PRIVATE $<TARGET_OBJECTS:herald_${room}_faults>)
  endforeach()
  target_sources(${target} PRIVATE ${PROJECT_SOURCE_DIR}/daemon/base/faults.cpp)
  set_property(SOURCE ${PROJECT_SOURCE_DIR}/daemon/base/faults.cpp DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR}
               PROPERTY COMPILE_DEFINITIONS HERALD_FAULTS)
endfunction()

# herald_test(<name> SOURCES a_test.cpp ... [DEPS room ...] [LIBS target ...])
# One folder of tests/ as the GoogleTest executable `test_<name>`, each test known to ctest as <name>.Suite.Case.
function(herald_test name)
  cmake_parse_arguments(T "" "" "SOURCES;DEPS;LIBS" ${ARGN})
  add_executable(test_${name} ${T_SOURCES})
  target_include_directories(test_${name} PRIVATE ${PROJECT_SOURCE_DIR}/tests ${PROJECT_SOURCE_DIR}/daemon)
  foreach(dep ${T_DEPS})
    target_link_libraries(test_${name} PRIVATE herald_${dep})
  endforeach()
  target_link_libraries(test_${name} PRIVATE ${T_LIBS} GTest::gmock_main)
  if(NOT HERALD_SANITIZE)
    # Test code is compiled more often than it runs.
    target_compile_options(test_${name} PRIVATE -O0 -U_FORTIFY_SOURCE)
  endif()
  gtest_discover_tests(test_${name} TEST_PREFIX ${name}. DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 60
                       PROPERTIES LABELS unit TIMEOUT 120)
endfunction()
