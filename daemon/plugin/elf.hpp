#pragma once

#include <string_view>

#include "base/result.hpp"

namespace herald::plugin {

/// Whether the bytes are a whole shared object for this machine: every header, segment and section
/// lies inside the file. A truncated file would otherwise be mapped and kill the daemon with SIGBUS
/// at its first missing page. The error's message is the cause, without the file's name. Nothing of
/// the file is executed.
base::Result<void> check_elf(std::string_view file);

}  // namespace herald::plugin
