// known_tag.hpp - what a client says it has already (RFC 9110, section 13.1.2).
#pragma once

#include <string_view>

namespace webchat {

/// Whether If-None-Match names this tag, by weak comparison. `tag` holds no comma.
bool has_tag(std::string_view if_none_match, std::string_view tag);

}  // namespace webchat
