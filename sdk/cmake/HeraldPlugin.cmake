# How a Herald plugin is built: one exported symbol, nothing that keeps it from being replaced at run time.

# herald_add_plugin(<name> SOURCES a.cpp ... [LIBS target ...] [INSTALL])
# Builds <name>.so into ${CMAKE_BINARY_DIR}/plugins. LIBS are linked privately, static ones stay hidden inside.
# INSTALL also installs it to <libdir>/herald/plugins, where the daemon looks.
function(herald_add_plugin name)
  cmake_parse_arguments(P "INSTALL" "" "SOURCES;LIBS" ${ARGN})
  set(map ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/plugin.map)
  add_library(${name} MODULE ${P_SOURCES})
  target_link_libraries(${name} PRIVATE herald::herald ${P_LIBS})
  target_compile_features(${name} PRIVATE cxx_std_20)
  set_target_properties(${name} PROPERTIES
    PREFIX "" OUTPUT_NAME ${name} CXX_EXTENSIONS OFF
    LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/plugins
    C_VISIBILITY_PRESET hidden CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON
    LINK_DEPENDS ${map})
  # A unique symbol would keep the library loaded for ever and bind it to another plugin's copy.
  target_compile_options(${name} PRIVATE $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-fno-gnu-unique>)
  target_link_options(${name} PRIVATE
    LINKER:--version-script=${map} LINKER:--exclude-libs,ALL LINKER:-z,now LINKER:-z,relro)
  # The sanitizers' run time is found in the executable only.
  if(NOT HERALD_SANITIZE)
    target_link_options(${name} PRIVATE LINKER:-z,defs)
  endif()
  if(P_INSTALL)
    include(GNUInstallDirs)
    install(TARGETS ${name} LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}/herald/plugins COMPONENT plugins)
  endif()
endfunction()
