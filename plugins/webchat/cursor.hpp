// cursor.hpp - where a client stands in an inbox, exactly; opaque to the client, and the same on
// every transport.
#pragma once

#include <herald/herald.hpp>

#include <optional>

namespace webchat {

/// The client knows everything up to number `seq` of the sequence `epoch`. What it was given over a
/// stream, and has only when it brings this cursor back: all that arrived above `list`, and of what
/// arrived above `from` up to `list` the items that were active, for the stream began with those.
struct Cursor {
  uint64_t epoch = 0, from = 0, list = 0, seq = 0;
};

/// "epoch.from.list.seq" in decimal; from <= list <= seq < 2^63.
std::string to_text(const Cursor& cursor);
std::optional<Cursor> parse_cursor(std::string_view text);

/// The cursor of an answer that is evidence itself, once it was written.
Cursor after(const herald::Items& answer);

/// The question for what came after a cursor, on any transport; without one for the active list.
herald::InboxQuery since(const std::optional<Cursor>& cursor);

}  // namespace webchat
