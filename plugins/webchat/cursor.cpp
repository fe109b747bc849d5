#include "cursor.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

namespace webchat {

std::string to_text(const Cursor& cursor) {
  return std::to_string(cursor.epoch) + '.' + std::to_string(cursor.seq) + '.' +
         std::to_string(cursor.id);
}

std::optional<Cursor> parse_cursor(std::string_view text) {
  Cursor out;
  const char* at = text.data();
  const char* const end = at + text.size();
  for (auto* part : {&out.epoch, &out.seq, &out.id}) {
    if (part != &out.epoch && (at == end || *at++ != '.')) return std::nullopt;
    const auto [after, error] = std::from_chars(at, end, *part);
    if (error != std::errc{}) return std::nullopt;
    at = after;
  }
  constexpr uint64_t most = std::numeric_limits<int64_t>::max();
  if (at != end || out.seq > most || out.id > most) return std::nullopt;
  return out;
}

Cursor next(const Cursor& from, const herald::Items& answer) {
  Cursor out{answer.epoch, answer.cursor, from.id};
  for (const auto& item : answer.items) out.id = std::max(out.id, item.id);
  return out;
}

}  // namespace webchat
