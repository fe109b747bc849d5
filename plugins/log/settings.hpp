// settings.hpp - the `settings` of a log channel.
#pragma once

#include <string>
#include <string_view>

namespace log_channel {

struct Settings {
  std::string file;   ///< absolute path; empty: the daemon's own log
  bool text = false;  ///< write the text of the message too; only to a file
};

/// Keys: file, to (file or journal), text. Throws herald::Error{HERALD_E_INVALID} naming the
/// setting.
Settings parse_settings(std::string_view json);

}  // namespace log_channel
