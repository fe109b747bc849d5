#pragma once

#include <boost/json/fwd.hpp>
#include <string>

namespace herald::delivery {

/// Digest of a request without its idempotency key and whatever the order of its keys: the same
/// digest is "the same body".
std::string request_digest(const boost::json::object& request);

}  // namespace herald::delivery
