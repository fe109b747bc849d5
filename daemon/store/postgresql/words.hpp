#pragma once

#include <optional>
#include <string_view>

#include "store/nodes.hpp"

namespace herald::store::postgresql {

/// A word as the payload of a notification of PostgreSQL, at most 80 bytes: who says it, what, and
/// an id.
std::string payload_of(int64_t fence, const Word& word);

struct Heard {
  int64_t fence = 0;  ///< of the node that said it
  Word word;
};
/// Nothing when it is none: any client of the database can say what it likes.
std::optional<Heard> heard_from(std::string_view payload);

}  // namespace herald::store::postgresql
