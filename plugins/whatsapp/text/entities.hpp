// entities.hpp - HTML character references in Markdown text.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace whatsapp {

/// The reference at the start of `text` ("&amp;..."): appended decoded to `out`; returns the bytes
/// it took, 0 when there is none. Control characters, NUL and no-characters become U+FFFD.
std::size_t decode_entity(std::string_view text, std::string& out);

}  // namespace whatsapp
