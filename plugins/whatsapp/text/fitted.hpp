// fitted.hpp - cuts a text in WhatsApp's markup without leaving its markers open.
#pragma once

#include <string>
#include <string_view>

namespace whatsapp {

/// At most `most` characters (see length(); more than 8), cut as cut() does. A marker whose partner
/// was cut off is left out, a fenced block is closed: neither would be understood, and both would
/// be shown.
std::string fitted(std::string_view text, std::size_t most);

}  // namespace whatsapp
