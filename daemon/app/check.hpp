#pragma once

#include <string>

#include "base/result.hpp"
#include "config/load.hpp"

namespace herald::app {

/// Everything that can be said of a configuration file without using it: the file, the plugins it
/// names (mapped, not started), and what its routes ask of them.
base::Result<void> check_file(const std::string& path, config::Diagnostics& diagnostics);

/// `heraldd check FILE`: prints every finding; 0 or 2.
int check_command(const std::string& path);

}  // namespace herald::app
