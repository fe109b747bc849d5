// item_json.hpp - items as clients see them.
#pragma once

#include <herald/herald.hpp>

#include <boost/json/fwd.hpp>

namespace webchat {

/// In the order given. `message` is safe for innerHTML, `text` is exact.
boost::json::array to_json(const std::vector<herald::Item>& items);
boost::json::object to_json(const herald::Item& item);

/// `<`, `>` and `&` as entities: old widgets put the result into innerHTML.
std::string escape_html(std::string_view text);

/// "2025-07-14T10:00:00.123456Z": UTC, always six digits, so that texts sort like times.
std::string timestamp(int64_t unix_us);

}  // namespace webchat
