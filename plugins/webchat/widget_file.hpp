// widget_file.hpp - the widget that browsers load: built from widget/ and kept inside the plugin,
// so that nothing has to be found on a disk.
#pragma once

#include <string_view>

namespace webchat {

struct WidgetFile {
  std::string_view plain;       ///< JavaScript, UTF-8; empty: this build has none
  std::string_view compressed;  ///< the same, gzip
  std::string_view tag;         ///< changes with the contents
};

WidgetFile widget_file();

}  // namespace webchat
