#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "model/ports/web.hpp"

namespace herald::http {

/// What the connection knows about the answer it writes.
struct AnswerFrame {
  bool close = false;            ///< Connection: close
  bool keep_alive_zero = false;  ///< tell an HTTP/1.0 client that the connection stays
  bool chunked = false;          ///< streamed: no Content-Length
  bool until_close = false;      ///< streamed to HTTP/1.0: neither length nor chunks
  std::string_view server;
  std::string_view cors_origin;  ///< allow-listed Origin of the request, or empty
};

/// Appends the status line and all fields with the empty line. What a handler gives is checked:
/// names that are no token, values with control bytes and fields that belong to the connection are
/// dropped, an impossible status becomes 500.
void write_head(std::string& out, const model::web::Response& response, const AnswerFrame& frame,
                base::TimePoint now);

/// False for 204 and 304 (and 1xx): such an answer has no body.
bool may_have_body(unsigned status) noexcept;

/// IMF-fixdate (RFC 9110 section 5.6.7).
std::string http_date(base::TimePoint t);

}  // namespace herald::http
