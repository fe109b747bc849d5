// scan.hpp - a Mustache text taken apart and checked, before the engine sees it. The engine has no
// limits of its own: nested sections exhaust its stack, and so does a partial that includes itself.
#pragma once

#include <string>
#include <vector>

#include "files.hpp"
#include "mistake.hpp"

namespace catalog {

inline constexpr std::size_t kMaxDepth = 32, kMaxTags = 1'000, kMaxTemplate = 256 * 1024;

struct Piece {
  enum class Kind { text, value, raw, open, open_not, close, partial };
  Kind kind = Kind::text;
  std::string text;  ///< the text, or the name in the tag
  Place at;
};

/// Known: {{x}} {{{x}}} {{&x}} {{#x}} {{^x}} {{/x}} {{>x}} {{!comment}}. Throws a mistake for other
/// tags, tags without an end, and sections that are not closed in order. A line with nothing but a
/// comment or the begin or end of a section is dropped.
std::vector<Piece> scan(const std::string& file, const std::string& text);

/// scan() of that file without its final line feed, with `{{> footer}}` replaced by the text of
/// _footer.mustache of the same locale. Throws for partials that are missing or include
/// themselves, and beyond the limits above.
std::vector<Piece> expand(const Files& files, const std::string& locale, const std::string& name);

}  // namespace catalog
