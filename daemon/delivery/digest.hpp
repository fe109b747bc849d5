#pragma once

#include <boost/json/fwd.hpp>
#include <string>
#include <string_view>

namespace herald::delivery {

/// SHA-256, lower-case hex.
std::string sha256_hex(std::string_view text);

/// Digest of a request without its idempotency key and whatever the order of its keys: the same digest is "the same body".
std::string request_digest(const boost::json::object& request);

}  // namespace herald::delivery
