#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/ports/web.hpp"

namespace herald::http {

/// How a request's Origin (or Referer) stands to this server.
enum class Origin : uint8_t {
  absent,
  same,     ///< its host and port are the Host field's
  allowed,  ///< in allowed_origins
  foreign,  ///< everything else: null, malformed, given twice, only similar
};

/// `allowed` has exact serialised origins such as `https://shop.example`. The Referer counts only
/// without an Origin.
Origin origin_of(const model::web::Headers& headers, std::string_view host,
                 const std::vector<std::string>& allowed, bool with_referer);

/// True for localhost, 127.0.0.0/8 and [::1], with or without a port: what keeps a rebound DNS name
/// out of development mode.
bool is_loopback_host(std::string_view host);

}  // namespace herald::http
