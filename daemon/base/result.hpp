// base: values without knowledge of notifications: Result, Clock, ids, Backoff, Guarded, strict
// JSON. Every function here may be called from any thread; objects say so where they are not
// shared. Never does I/O, except for random bytes from the kernel and the time.
#pragma once

#include <boost/system/result.hpp>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace herald::base {

/// What kind of failure it is; each door (HTTP, control socket, ABI) maps it to its own numbers.
enum class Code {
  invalid,          ///< the request is not well formed or breaks a rule: HTTP 400
  unprocessable,    ///< well formed, but its content cannot be accepted: HTTP 422
  unauthenticated,  ///< no or bad credentials: HTTP 401
  denied,           ///< known, but without the right: HTTP 403
  not_found,        ///< no such thing, or none the caller may know of: HTTP 404
  in_flight,        ///< the first request with this key has not ended: HTTP 409
  conflict,         ///< the state of the thing does not allow it: HTTP 409
  too_large,        ///< over a size limit: HTTP 413
  limited,          ///< a rate or quota was hit: HTTP 429
  unsupported,      ///< understood, not offered here: HTTP 501
  unavailable,      ///< full, starting or stopping: try again later: HTTP 503
  internal,         ///< our bug, or a broken plugin or database: HTTP 500
};

/// Stable lower-case name of a code, for JSON, metrics and Varlink errors.
std::string_view to_string(Code code) noexcept;

/// An expected failure. `message` is for people: the cause and the next step, no secret, no full
/// phone number. `where` names the field, file:line:column or component, when there is one.
struct Error {
  Code code = Code::internal;
  std::string message;
  std::string where = {};
};

/// Thrown only by Result::value() on an error, that is by a programming error.
[[noreturn]] inline void throw_exception_from_error(const Error& e, const boost::source_location&) {
  throw std::logic_error("unhandled error: " + e.message);
}

template <class T>
using Result = boost::system::result<T, Error>;

/// fail(Code::invalid, "what is wrong; what to do", "field")
inline Error fail(Code code, std::string message, std::string where = {}) {
  return Error{code, std::move(message), std::move(where)};
}

}  // namespace herald::base
