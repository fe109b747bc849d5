// http.hpp - requests and answers as values: outbound fetches and mounted routes.
#pragma once

#include <herald/values.hpp>

#include <chrono>

#pragma GCC visibility push(hidden)
namespace herald::inline v1 {

/// An outbound request. `once`: never sent a second time by the host, whatever happens.
struct Request {
  std::string method = "GET", url{};
  Fields headers{};
  std::string body{};
  std::chrono::milliseconds timeout{0};  // 0: 30 s
  bool once = false;
  uint32_t max_response_bytes = 0;  // 0: 1 MiB
};

struct Response {
  uint32_t status = 200;
  Fields headers{};
  std::string body{};
  uint32_t flags = 0;  // enum herald_answer_flag

  static Response json(std::string body, uint32_t status = 200) {
    return {status, {{"Content-Type", "application/json"}}, std::move(body)};
  }
  static Response plain(std::string body, uint32_t status = 200) {
    return {status, {{"Content-Type", "text/plain; charset=utf-8"}}, std::move(body)};
  }
};

/// What became of a fetch. ok(): an HTTP answer came, whatever its code. Else `error` says why for
/// people and `reached` whether it may have arrived: nothing sent = RETRY, perhaps = UNKNOWN.
struct FetchResult {
  herald_status status = HERALD_E_INTERNAL;
  herald_reached reached = HERALD_REACHED_NOTHING;
  Response response{};
  std::string error{};
  bool ok() const noexcept { return status == HERALD_OK; }
};

struct Route {
  std::string methods = "GET", path{};
  herald_access access = HERALD_ACCESS_PATH_USER;
  std::string scope{};
  uint64_t max_body = 64 * 1024;
  uint32_t flags = 0;                    // enum herald_route_flag
  std::chrono::milliseconds timeout{0};  // 0: 30 s
};

struct Principal {
  herald_principal_kind kind = HERALD_PRINCIPAL_ANYONE;
  std::string user{}, service{}, scopes{};
  int64_t expires_unix_ms = 0;
};

/// An inbound request; the host has already checked that `who` may make it.
struct Incoming {
  std::string method{}, target{}, body{}, peer{};
  Fields headers{}, path{}, query{};
  Principal who{};
  std::string user{};  // internal id of the person the request is about

  std::string_view header(std::string_view name) const noexcept {
    return v1::header(headers, name);
  }
  std::string_view path_value(std::string_view name) const noexcept { return find(path, name); }
  std::string_view query_value(std::string_view name) const noexcept { return find(query, name); }
};

namespace detail {

inline Incoming incoming(const herald_http_request& r) {
  Incoming out{text(r.method), text(r.target),  text(r.body), text(r.peer), fields(r.headers),
               fields(r.path), fields(r.query), {},           text(r.user)};
  if (r.who != nullptr)
    out.who = {static_cast<herald_principal_kind>(r.who->kind), text(r.who->user),
               text(r.who->service), text(r.who->scopes), r.who->expires_unix_ms};
  return out;
}

inline FetchResult fetched(const herald_event& ev) {
  FetchResult out;
  out.status = ev.status;
  const auto* r = ev.type == HERALD_EV_FETCHED ? ev.u.response : nullptr;
  if (r == nullptr) {
    out.error = "the host refused the request";
    return out;
  }
  out.reached = static_cast<herald_reached>(r->reached);
  if (out.ok())
    out.response = {r->status, fields(r->headers), text(r->body)};
  else
    out.error = text(r->body);
  return out;
}

/// Response as a C view; lives as long as the call it is made for.
class ResponseView {
 public:
  explicit ResponseView(const Response& r)
      : headers_{r.headers},
        c_{sizeof(herald_http_response), r.status, headers_.get(), str(r.body), 0, 0, r.flags, 0} {}
  ResponseView(const ResponseView&) = delete;
  const herald_http_response* get() const noexcept { return &c_; }

 private:
  KvView headers_;
  herald_http_response c_;
};

}  // namespace detail
}  // namespace herald::inline v1
#pragma GCC visibility pop
