#pragma once

#include <string>
#include <string_view>

#include "store/postgresql/connection.hpp"

namespace herald::store::postgresql {

/// What can be done about an error with this SQLSTATE; empty: the server said nothing any more.
SqlError::Kind kind_of(std::string_view state);

/// libpq's texts end with newlines, and may have several lines.
std::string one_line(std::string_view text);

}  // namespace herald::store::postgresql
