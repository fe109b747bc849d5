// settings.hpp - the `settings` of the template plugin.
#pragma once

#include <string>
#include <string_view>

namespace catalog {

struct Settings {
  std::string folder;  ///< absolute; holds kinds.yaml and one folder of texts per locale
};

/// Throws herald::Error{HERALD_E_INVALID} naming the setting.
Settings parse_settings(std::string_view json);

}  // namespace catalog
