// strict_json.hpp - JSON objects from outside.
#pragma once

#include <boost/json/object.hpp>

#include "query.hpp"

namespace webchat {

/// One JSON object (RFC 8259) and nothing after it. Refused beyond what Boost.JSON refuses:
/// duplicate keys, U+0000, numbers that are not finite. `problem` continues "the body is ...".
Checked<boost::json::object> parse_object(std::string_view text);

}  // namespace webchat
