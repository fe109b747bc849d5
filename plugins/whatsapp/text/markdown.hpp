// markdown.hpp - Markdown to the markup that WhatsApp shows: *bold*, _italic_, ~strike~, `code`.
#pragma once

#include <string>
#include <string_view>

namespace whatsapp {

/// Line by line: emphasis that spans lines stays as it is, as WhatsApp would not show it either.
/// Headings become bold lines, links "text (url)", HTML tags vanish, entities are decoded; code is
/// left alone. A marker that WhatsApp would show literally (beside a letter or inner space) is
/// left out. Takes time in proportion to the text.
std::string to_whatsapp(std::string_view markdown);

}  // namespace whatsapp
