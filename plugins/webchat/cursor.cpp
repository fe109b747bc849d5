#include "cursor.hpp"

#include <charconv>
#include <limits>

#include "query.hpp"

namespace webchat {

std::string to_text(const Cursor& cursor) {
  std::string out = std::to_string(cursor.epoch);
  for (const auto part : {cursor.from, cursor.list, cursor.seq}) out += '.' + std::to_string(part);
  return out;
}

std::optional<Cursor> parse_cursor(std::string_view text) {
  Cursor out;
  const char* at = text.data();
  const char* const end = at + text.size();
  for (auto* part : {&out.epoch, &out.from, &out.list, &out.seq}) {
    if (part != &out.epoch && (at == end || *at++ != '.')) return std::nullopt;
    const auto [after, error] = std::from_chars(at, end, *part);
    if (error != std::errc{}) return std::nullopt;
    at = after;
  }
  constexpr uint64_t most = std::numeric_limits<int64_t>::max();
  if (at != end || out.epoch == 0 || out.from > out.list || out.list > out.seq || out.seq > most)
    return std::nullopt;
  return out;
}

Cursor after(const herald::Items& answer) {
  return {answer.epoch, answer.cursor, answer.cursor, answer.cursor};
}

herald::InboxQuery since(const std::optional<Cursor>& cursor) {
  herald::InboxQuery query;
  query.limit = kPage;
  if (!cursor) return query;
  query.changes = true;
  query.epoch = cursor->epoch;
  query.after_seq = cursor->seq;
  return query;
}

}  // namespace webchat
