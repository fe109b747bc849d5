#pragma once

#include <boost/json/fwd.hpp>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace herald::base {

/// Limits of a JSON text from outside.
struct JsonLimits {
  std::size_t depth = 32;          ///< nested arrays and objects
  std::size_t bytes = 256 * 1024;  ///< of the whole text
};

/// Parses JSON text from outside (RFC 8259), stricter than Boost.JSON does by itself (trap 10):
/// refuses with Code::invalid duplicate keys, U+0000, numbers that are not finite, a byte order
/// mark, trailing bytes, invalid UTF-8, lone surrogates and depth over the limit, and with
/// Code::too_large a text over `bytes`. The message gives the reason and the byte offset.
Result<boost::json::value> parse_json(std::string_view text, const JsonLimits& limits = {});

}  // namespace herald::base
