#pragma once

#include <boost/json/fwd.hpp>
#include <string_view>

#include "base/result.hpp"
#include "model/ports/web.hpp"

namespace herald::http {

/// The HTTP status of a failure; every code has one.
unsigned status_of(base::Code code) noexcept;

/// Reason phrase of a status (RFC 9110 section 15); "Unknown" for others.
std::string_view phrase_of(unsigned status) noexcept;

/// An error answer, `application/problem+json`: {type, title, detail, code, http_status, field?,
/// status, message}. RFC 9457 makes `status` the number, but it calls that member advisory, and
/// clients that were there first read
/// `"status":"error"` and `"message"`: theirs it stays, and the number is `http_status`.
model::web::Response problem(const base::Error& error);
model::web::Response problem(base::Code code, std::string_view message);
/// Its body alone, for one of several answers in a body.
boost::json::object problem_members(const base::Error& error);
/// For what has no base::Code (405, 414, 505 ...): `code` is the phrase in snake_case.
model::web::Response problem(unsigned status, std::string_view message);

}  // namespace herald::http
