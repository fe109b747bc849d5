#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace herald::control {

/// Limit of one message to the daemon, in bytes.
inline constexpr std::size_t kMaxRequest = 1 << 20;
/// Limit of one message to a client, in bytes.
inline constexpr std::size_t kMaxReply = 16 << 20;

/// A Varlink call.
struct Call {
  std::string method;  ///< with its interface: "io.herald.Send"
  boost::json::object parameters;
  bool oneway = false, more = false, upgrade = false;
};

/// A Varlink reply.
struct Reply {
  std::string error;  ///< with its interface: "io.herald.NotFound"; empty: success
  boost::json::object parameters;
  bool continues = false;
};

/// Reads one message from outside; invalid when it is no JSON object of that shape. Unknown members
/// are ignored, as Varlink keeps them for extensions.
base::Result<Call> parse_call(std::string_view frame);
base::Result<Reply> parse_reply(std::string_view frame);

/// The message with its ending NUL.
std::string encode(const Call& call);
std::string encode(const Reply& reply);

}  // namespace herald::control
