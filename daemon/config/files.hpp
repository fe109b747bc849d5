#pragma once

#include <optional>
#include <string>
#include <vector>

#include "config/load.hpp"

namespace herald::config {

/// The main file and conf.d/*.yaml beside it as they stood at one moment: when anything changed
/// meanwhile, it is read again. Nothing when that fails; why is in `diagnostics`.
std::optional<std::vector<Text>> read_files(const std::string& path, Diagnostics& diagnostics);

/// Up to `limit` + 1 bytes of a regular file. Does not wait on pipes and devices.
base::Result<std::string> read_bytes(const std::string& path, std::size_t limit);

}  // namespace herald::config
