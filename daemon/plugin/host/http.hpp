#pragma once

#include "plugin/host/side.hpp"

namespace herald::plugin {

/// Headers as a plugin gave them; nothing when a name is no token, a value holds control bytes, or
/// there are too many.
std::optional<model::web::Headers> read_headers(herald_kvs raw);

herald_status fetch(const herald_host* host, herald_token token,
                    const herald_http_request* request) noexcept;
herald_status fetch_cancel(const herald_host* host, herald_token token) noexcept;
herald_status mount(const herald_host* host, herald_token token,
                    const herald_route* route) noexcept;
herald_status unmount(const herald_host* host, herald_token token) noexcept;
herald_status respond(const herald_host* host, herald_exchange exchange,
                      const herald_http_response* response) noexcept;
herald_status begin(const herald_host* host, herald_exchange exchange,
                    const herald_http_response* response) noexcept;
herald_status write(const herald_host* host, herald_exchange exchange, herald_str chunk) noexcept;
herald_status write_many(const herald_host* host, const herald_exchange* exchanges, uint64_t n,
                         herald_str chunk) noexcept;
herald_status end(const herald_host* host, herald_exchange exchange) noexcept;
herald_status ws_accept(const herald_host* host, herald_exchange exchange,
                        herald_str subprotocol) noexcept;
herald_status ws_send(const herald_host* host, herald_exchange exchange, herald_str text) noexcept;
herald_status ws_close(const herald_host* host, herald_exchange exchange, uint32_t code,
                       herald_str reason) noexcept;

/// Tells the plugin of every exchange whose caller's credential was revoked, and ends those that
/// are still open some seconds later.
void end_revoked(Side& side);

/// The plugin threw instead of answering: 500, unless it had answered before.
void answer_failed(Side& side, herald_exchange exchange);

}  // namespace herald::plugin
