#include <algorithm>

#include "plugin/host/http.hpp"
#include "plugin/text.hpp"

// Outbound requests of a plugin.
namespace herald::plugin {

namespace web = model::web;

namespace {

constexpr std::size_t kMaxFetches = 1'024, kMaxBody = 8 << 20;
constexpr uint32_t kMaxResponse = 16U << 20, kMaxTimeout = 600'000;

struct Answer {
  web::FetchResult result;
  std::vector<herald_kv> headers;
  herald_http_response raw{};
};

std::optional<web::FetchRequest> read_request(const herald_http_request* raw) {
  if (raw == nullptr || !HERALD_HAS(raw, max_response_bytes)) return std::nullopt;
  auto method = text_of(raw->method, 16);
  auto url = text_of(raw->target, 8 * 1024);
  auto headers = read_headers(raw->headers);
  const auto body = bytes_of(raw->body, kMaxBody);
  if (!method || !url || !headers || !body || method->empty()) return std::nullopt;
  if (!std::all_of(method->begin(), method->end(), [](char c) { return c >= 'A' && c <= 'Z'; }))
    return std::nullopt;
  if (!url->starts_with("https://") && !url->starts_with("http://")) return std::nullopt;
  if (std::any_of(url->begin(), url->end(),
                  [](char c) { return static_cast<unsigned char>(c) <= 0x20 || c == 0x7F; }))
    return std::nullopt;
  web::FetchRequest request;
  request.method = std::move(*method);
  request.url = std::move(*url);
  request.headers = std::move(*headers);
  request.body = *body;
  if (raw->timeout_ms != 0)
    request.timeout = std::chrono::milliseconds{std::min(raw->timeout_ms, kMaxTimeout)};
  request.once = (raw->flags & HERALD_FETCH_ONCE) != 0;
  if (raw->max_response_bytes != 0)
    request.max_response = std::min(raw->max_response_bytes, kMaxResponse);
  return request;
}

herald_status status_of(const web::FetchResult& r) {
  if (r.reached == web::FetchResult::Reached::answered && r.error.empty() && r.status != 0)
    return HERALD_OK;
  return r.cancelled ? HERALD_E_STATE : HERALD_E_INTERNAL;
}

Event fetched(herald_token token, web::FetchResult result) {
  auto owned = std::make_shared<Answer>();  // shared only because std::function copies
  owned->result = std::move(result);
  const auto& r = owned->result;
  auto& raw = owned->raw;
  raw.struct_size = sizeof raw;
  const auto status = status_of(r);
  if (status == HERALD_OK) {
    for (const auto& [name, value] : r.headers) owned->headers.push_back({str(name), str(value)});
    raw.status = r.status;
    raw.body = str(r.body);
  } else {
    raw.body = str(r.error);
  }
  raw.headers = kvs(owned->headers);
  raw.reached = static_cast<uint32_t>(r.reached);
  auto e = event(HERALD_EV_FETCHED, token, status);
  e.raw.u.response = &raw;
  e.payload = std::move(owned);
  return e;
}

}  // namespace

herald_status fetch(const herald_host* host, herald_token token,
                    const herald_http_request* raw) noexcept {
  return on_side(host, "fetch", [&](Side& side) -> herald_status {
    auto request = read_request(raw);
    if (token == 0 || !request) return HERALD_E_INVALID;
    enum {
      ok,
      full,
      taken
    } room = side.held.with([&](Held& h) {
      if (h.closed || h.fetches.size() >= kMaxFetches) return full;
      return h.fetches.emplace(token, 0).second ? ok : taken;
    });
    if (room != ok) return room == full ? HERALD_E_LIMIT : HERALD_E_INVALID;
    const auto handle = side.ports.fetcher.fetch(
        std::move(*request), [weak = side.weak_from_this(), token](web::FetchResult r) {
          const auto self = weak.lock();
          if (!self || self->held.with([&](Held& h) { return h.fetches.erase(token); }) == 0)
            return;
          self->send(fetched(token, std::move(r)));
        });
    side.held.with([&](Held& h) {
      if (const auto it = h.fetches.find(token); it != h.fetches.end()) it->second = handle;
    });
    return HERALD_OK;
  });
}

herald_status fetch_cancel(const herald_host* host, herald_token token) noexcept {
  return on_side(host, "fetch_cancel", [&](Side& side) -> herald_status {
    const auto handle = side.held.with([&](Held& h) {
      const auto it = h.fetches.find(token);
      return it == h.fetches.end() ? std::nullopt : std::optional{it->second};
    });
    if (!handle) return HERALD_E_STATE;
    if (*handle != 0) side.ports.fetcher.cancel(*handle);
    return HERALD_OK;
  });
}

}  // namespace herald::plugin
