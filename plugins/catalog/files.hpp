// files.hpp - the template folder, read as a whole.
#pragma once

#include <map>
#include <string>

namespace catalog {

/// Path below the folder -> content, with LF line ends and without a byte order mark: "kinds.yaml",
/// "fr/message.mustache".
using Files = std::map<std::string, std::string>;

/// kinds.yaml (at most 1 MiB) and FOLDER/*.mustache one level down (at most 64 KiB each, 2,000 in
/// all, 8 MiB together); hidden files are passed over. Throws herald::Error{HERALD_E_INVALID}.
Files read_folder(const std::string& folder);

/// Changes whenever a name or a content does.
std::string version_of(const Files& files);

}  // namespace catalog
