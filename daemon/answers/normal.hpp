#pragma once

#include <string>
#include <string_view>

namespace herald::answers {

/// What a typed text has in common with every other spelling of it: only its letters and digits,
/// without case, accents and width. Of a text that has none (an emoji, a sign) everything but
/// spaces, joiners, variation selectors and skin tones. Looks at the first 4 KiB; empty for what is
/// not UTF-8. Any thread.
std::string normal_form(std::string_view text);

}  // namespace herald::answers
