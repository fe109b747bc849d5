// cursor.hpp - where a polling client stands in an inbox, exactly; opaque to the client.
#pragma once

#include <herald/herald.hpp>

#include <optional>

namespace webchat {

/// `seq` of the newest change the client knows, in the sequence `epoch`; `id` of its newest item.
struct Cursor {
  uint64_t epoch = 0, seq = 0, id = 0;
};

/// "epoch.seq.id" in decimal; seq and id are below 2^63.
std::string to_text(const Cursor& cursor);
std::optional<Cursor> parse_cursor(std::string_view text);

/// Where a client that stood at `from` stands after this answer.
Cursor next(const Cursor& from, const herald::Items& answer);

}  // namespace webchat
