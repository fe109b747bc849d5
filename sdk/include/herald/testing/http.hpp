// http.hpp - FakeHost's HTTP: scripted answers to fetches, and requests to mounted routes.
#pragma once

#include <herald/testing/store.hpp>

#include <algorithm>

#pragma GCC visibility push(hidden)
namespace herald::testing {

/// Who makes a request to a route, and how.
struct Call {
  Fields headers{};
  std::string body{};
  Principal who{};
  bool client_vanishes = false;  // EV_HTTP_CLOSED says that not every byte was written
};

/// What the client has seen of one request so far.
struct Seen {
  herald_exchange id = 0;
  bool answered = false, ended = false, websocket = false, full = false, skipped = false;
  Response response{};              // the body of a stream: all chunks together
  std::vector<std::string> sent{};  // chunks of a stream, texts of a WebSocket
  uint32_t close_code = 0;
};

class FakeHttp {
 public:
  explicit FakeHttp(Loop& loop) : loop_{loop} { loop.http = this; }

  std::vector<Request> fetches;  // everything that was fetched, in order

  /// Answers the oldest open fetch, or the next one that comes.
  void reply(Response response) {
    reply({HERALD_OK, HERALD_REACHED_ANSWERED, std::move(response), {}});
  }
  /// The same, but no answer came.
  void fail(herald_reached reached, std::string error) {
    reply({HERALD_E_STATE, reached, {0, {}, {}}, std::move(error)});
  }
  std::size_t open_fetches() const { return pending_.size(); }

  /// Sends a request to the mounted routes as the daemon would, after its own checks. The plugin
  /// sees it with the next run().
  herald_exchange request(std::string method, std::string target, Call call = {}) {
    const std::lock_guard lock{loop_.mutex};
    const auto id = ++last_exchange_;
    auto& open = exchanges_[id];
    open.seen.id = id;
    open.vanishes = call.client_vanishes;
    const auto path = target.substr(0, target.find('?'));
    Fields params;
    const auto* route = match(method, path, params);
    uint32_t refusal = route == nullptr ? 404 : call.body.size() > route->second.max_body ? 413 : 0;
    std::string user;
    if (refusal == 0) refusal = check(route->second, params, call.who, user);
    if (refusal != 0) {
      open.seen.answered = open.seen.ended = true;
      open.seen.response.status = refusal;
      return id;
    }
    open.user = user;
    open.route = route->first;
    loop_.queue([=, token = route->first, query = parse_query(target)](const Loop::Send& send) {
      const v1::detail::KvView headers{call.headers}, path_view{params}, query_view{query};
      const herald_principal who{sizeof who,           static_cast<uint32_t>(call.who.kind),
                                 str(call.who.user),   str(call.who.service),
                                 str(call.who.scopes), call.who.expires_unix_ms};
      herald_http_request r{};
      r.struct_size = sizeof r;
      r.method = str(method);
      r.target = str(target);
      r.headers = headers.get();
      r.body = str(call.body);
      r.peer = str("192.0.2.1");
      r.who = &who;
      r.user = str(user);
      r.path = path_view.get();
      r.query = query_view.get();
      auto ev = Loop::event(HERALD_EV_HTTP_REQUEST, token);
      ev.exchange = id;
      ev.u.request = &r;
      send(ev);
    });
    return id;
  }
  const Seen& seen(herald_exchange id) { return exchanges_[id].seen; }
  /// The user an exchange is about; empty: none, or unknown exchange.
  std::string user_of(herald_exchange id) {
    const auto it = exchanges_.find(id);
    return it == exchanges_.end() ? std::string{} : it->second.user;
  }
  /// The client of a stream or WebSocket goes away.
  void disconnect(herald_exchange id) {
    const std::lock_guard lock{loop_.mutex};
    exchanges_[id].vanishes = true;
    finish(id);
  }
  /// The client does not read (true), or has read everything (false): then HTTP_WRITABLE comes.
  void set_full(herald_exchange id, bool full) {
    const std::lock_guard lock{loop_.mutex};
    auto& seen = exchanges_[id].seen;
    seen.full = full;
    if (full) return;
    loop_.queue([id, skipped = std::exchange(seen.skipped, false)](const Loop::Send& send) {
      auto ev = Loop::event(HERALD_EV_HTTP_WRITABLE, 0, skipped ? HERALD_E_LIMIT : HERALD_OK);
      ev.exchange = id;
      send(ev);
    });
  }
  /// The token that the caller of an exchange came with is revoked.
  void revoke(herald_exchange id) {
    loop_.queue([=](const Loop::Send& send) {
      auto ev = Loop::event(HERALD_EV_HTTP_REVOKED, 0);
      ev.exchange = id;
      send(ev);
    });
  }
  /// The client of a WebSocket says something.
  void ws_text(herald_exchange id, std::string text) {
    loop_.queue([=](const Loop::Send& send) {
      auto ev = Loop::event(HERALD_EV_WS_TEXT, 0);
      ev.exchange = id;
      ev.u.bytes = str(text);
      send(ev);
    });
  }

  static const herald_host_http* table();

 private:
  struct Open {
    Seen seen{};
    std::string user{};
    herald_token route = 0;
    bool vanishes = false;
  };
  using Mounted = std::pair<const herald_token, Route>;

  void reply(FetchResult result) {
    const std::lock_guard lock{loop_.mutex};
    if (pending_.empty()) {
      script_.push_back(std::move(result));
      return;
    }
    const auto token = pending_.front();
    pending_.pop_front();
    queue_fetched(token, std::move(result));
  }
  void queue_fetched(herald_token token, FetchResult result) {
    loop_.queue([=, result = std::move(result)](const Loop::Send& send) {
      const v1::detail::KvView headers{result.response.headers};
      const herald_http_response c{sizeof c,
                                   result.response.status,
                                   headers.get(),
                                   str(result.ok() ? result.response.body : result.error),
                                   static_cast<uint32_t>(result.reached),
                                   0};
      auto ev = Loop::event(HERALD_EV_FETCHED, token, result.status);
      ev.u.response = &c;
      send(ev);
    });
  }
  herald_status fetch(herald_token token, const herald_http_request& r) {
    const std::lock_guard lock{loop_.mutex};
    fetches.push_back({text(r.method), text(r.target), v1::detail::fields(r.headers), text(r.body),
                       std::chrono::milliseconds{r.timeout_ms}, (r.flags & HERALD_FETCH_ONCE) != 0,
                       r.max_response_bytes});
    if (script_.empty()) {
      pending_.push_back(token);
    } else {
      queue_fetched(token, std::move(script_.front()));
      script_.pop_front();
    }
    return HERALD_OK;
  }
  herald_status cancel(herald_token token) {
    const std::lock_guard lock{loop_.mutex};
    const auto it = std::find(pending_.begin(), pending_.end(), token);
    if (it == pending_.end()) return HERALD_E_STATE;
    pending_.erase(it);
    queue_fetched(token, {HERALD_E_STATE, HERALD_REACHED_PERHAPS, {0, {}, {}}, "cancelled"});
    return HERALD_OK;
  }
  herald_status mount(herald_token token, const herald_route& r) {
    const std::lock_guard lock{loop_.mutex};
    mounts_[token] = {
        text(r.methods), text(r.path), static_cast<herald_access>(r.access),   text(r.scope),
        r.max_body,      r.flags,      std::chrono::milliseconds{r.timeout_ms}};
    loop_.queue_done(token);
    return HERALD_OK;
  }

  /// First answer of an exchange; f fills it in.
  template <class F>
  herald_status answer(herald_exchange id, F&& f) {
    const std::lock_guard lock{loop_.mutex};
    const auto it = exchanges_.find(id);
    if (it == exchanges_.end() || it->second.seen.ended) return HERALD_E_STATE;
    if (std::exchange(it->second.seen.answered, true)) {
      loop_.violation("exchange " + std::to_string(id) + " was answered twice");
      return HERALD_E_STATE;
    }
    f(it->second.seen);
    return HERALD_OK;
  }
  /// Something more on an answered stream or WebSocket.
  template <class F>
  herald_status more(herald_exchange id, F&& f) {
    const std::lock_guard lock{loop_.mutex};
    const auto it = exchanges_.find(id);
    if (it == exchanges_.end() || !it->second.seen.answered || it->second.seen.ended)
      return HERALD_E_STATE;
    return f(it->second.seen);
  }
  herald_status write(herald_exchange id, std::string_view chunk) {
    return more(id, [&](Seen& seen) -> herald_status {
      if (seen.full) return HERALD_E_LIMIT;
      seen.sent.emplace_back(chunk);
      seen.response.body += chunk;
      return HERALD_OK;
    });
  }
  void finish(herald_exchange id) {
    auto& open = exchanges_[id];
    if (std::exchange(open.seen.ended, true)) return;
    loop_.queue([id, token = open.route, vanishes = open.vanishes](const Loop::Send& send) {
      auto ev = Loop::event(HERALD_EV_HTTP_CLOSED, token, vanishes ? HERALD_E_STATE : HERALD_OK);
      ev.exchange = id;
      send(ev);
    });
  }

  const Mounted* match(std::string_view method, std::string_view path, Fields& params) const;
  uint32_t check(const Route& route, const Fields& params, const Principal& who,
                 std::string& user) const;
  static Fields parse_query(std::string_view target);
  static std::string decode(std::string_view text);
  static bool has_word(std::string_view words, std::string_view word);

  Loop& loop_;
  std::deque<FetchResult> script_;
  std::deque<herald_token> pending_;
  std::map<herald_token, Route> mounts_;
  std::map<herald_exchange, Open> exchanges_;
  herald_exchange last_exchange_ = 0;
};

// Routing
// ---------------------------------------------------------------------------------------------

inline bool FakeHttp::has_word(std::string_view words, std::string_view word) {
  return (" " + std::string{words} + " ").find(" " + std::string{word} + " ") != std::string::npos;
}

inline std::string FakeHttp::decode(std::string_view text) {
  const auto digit = [](char c) {
    return c >= '0' && c <= '9'                 ? c - '0'
           : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10
                                                : -1;
  };
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && digit(text[i + 1]) >= 0 &&
        digit(text[i + 2]) >= 0) {
      out += static_cast<char>(digit(text[i + 1]) * 16 + digit(text[i + 2]));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

inline Fields FakeHttp::parse_query(std::string_view target) {
  Fields out;
  const auto mark = target.find('?');
  auto rest = mark == target.npos ? std::string_view{} : target.substr(mark + 1);
  while (!rest.empty()) {
    const auto end = std::min(rest.find('&'), rest.size());
    const auto pair = rest.substr(0, end);
    const auto equals = std::min(pair.find('='), pair.size());
    if (!pair.empty())
      out.emplace_back(decode(pair.substr(0, equals)),
                       equals < pair.size() ? decode(pair.substr(equals + 1)) : "");
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return out;
}

inline const FakeHttp::Mounted* FakeHttp::match(std::string_view method, std::string_view path,
                                                Fields& params) const {
  const auto split = [](std::string_view s) {
    std::vector<std::string_view> out;
    for (std::size_t at = 0; at <= s.size();) {
      const auto end = std::min(s.find('/', at), s.size());
      out.push_back(s.substr(at, end - at));
      at = end + 1;
    }
    return out;
  };
  const auto have = split(path);
  const Mounted* best = nullptr;
  for (const auto& mounted : mounts_) {
    const auto want = split(mounted.second.path);
    if (!has_word(mounted.second.methods, method) || want.size() != have.size()) continue;
    Fields found;
    bool same = true;
    for (std::size_t i = 0; same && i < want.size(); ++i) {
      if (want[i].size() > 2 && want[i].front() == '{')
        found.emplace_back(want[i].substr(1, want[i].size() - 2), decode(have[i]));
      else
        same = want[i] == have[i];
    }
    if (!same || (best != nullptr && found.size() >= params.size())) continue;
    best = &mounted;  // fewer parameters: a literal segment wins
    params = std::move(found);
  }
  return best;
}

inline uint32_t FakeHttp::check(const Route& route, const Fields& params, const Principal& who,
                                std::string& user) const {
  const std::string named{find(params, "user")};
  user = named.empty() ? who.user : loop_.store->user_of({"phone", named});
  if (user.empty()) user = named;
  const bool service = who.kind == HERALD_PRINCIPAL_SERVICE;
  if (route.access == HERALD_ACCESS_ANYONE) return 0;
  if (who.kind == HERALD_PRINCIPAL_ANYONE) return 401;
  if (service) return !route.scope.empty() && has_word(who.scopes, route.scope) ? 0 : 403;
  if (route.access == HERALD_ACCESS_SERVICE) return 403;
  return route.access == HERALD_ACCESS_PATH_USER && who.user != user ? 404 : 0;
}

inline const herald_host_http* FakeHttp::table() {
  static constexpr herald_host_http t{
      sizeof t,
      0,
      [](const herald_host* h, herald_token token, const herald_http_request* r) {
        if (const auto s = Loop::of(h).enter("fetch"); s != HERALD_OK) return s;
        return Loop::of(h).http->fetch(token, *r);
      },
      [](const herald_host* h, herald_token token) {
        if (const auto s = Loop::of(h).enter("fetch_cancel"); s != HERALD_OK) return s;
        return Loop::of(h).http->cancel(token);
      },
      [](const herald_host* h, herald_token token, const herald_route* r) {
        if (const auto s = Loop::of(h).enter("mount"); s != HERALD_OK) return s;
        return Loop::of(h).http->mount(token, *r);
      },
      [](const herald_host* h, herald_token token) {
        if (const auto s = Loop::of(h).enter("unmount"); s != HERALD_OK) return s;
        const std::lock_guard lock{Loop::of(h).mutex};
        return Loop::of(h).http->mounts_.erase(token) != 0 ? herald_status{HERALD_OK}
                                                           : herald_status{HERALD_E_STATE};
      },
      [](const herald_host* h, herald_exchange id, const herald_http_response* r) {
        if (const auto s = Loop::of(h).enter("respond"); s != HERALD_OK) return s;
        auto& http = *Loop::of(h).http;
        const auto status = http.answer(id, [&](Seen& seen) {
          seen.response = {r->status, v1::detail::fields(r->headers), text(r->body),
                           HERALD_HAS(r, flags) ? r->flags : 0};
        });
        const std::lock_guard lock{Loop::of(h).mutex};
        if (status == HERALD_OK) http.finish(id);
        return status;
      },
      [](const herald_host* h, herald_exchange id, const herald_http_response* r) {
        if (const auto s = Loop::of(h).enter("begin"); s != HERALD_OK) return s;
        return Loop::of(h).http->answer(id, [&](Seen& seen) {
          seen.response = {r->status, v1::detail::fields(r->headers), text(r->body),
                           HERALD_HAS(r, flags) ? r->flags : 0};
          if (r->body.size != 0) seen.sent.push_back(text(r->body));
        });
      },
      [](const herald_host* h, herald_exchange id, herald_str chunk) {
        if (const auto s = Loop::of(h).enter("write"); s != HERALD_OK) return s;
        return Loop::of(h).http->write(id, view(chunk));
      },
      [](const herald_host* h, const herald_exchange* ids, uint64_t n, herald_str chunk) {
        if (const auto s = Loop::of(h).enter("write_many"); s != HERALD_OK) return s;
        auto& http = *Loop::of(h).http;
        const std::lock_guard lock{Loop::of(h).mutex};
        for (uint64_t i = 0; i < n; ++i)
          if (http.write(ids[i], view(chunk)) == HERALD_E_LIMIT)
            http.exchanges_[ids[i]].seen.skipped = true;
        return herald_status{HERALD_OK};
      },
      [](const herald_host* h, herald_exchange id) {
        if (const auto s = Loop::of(h).enter("end"); s != HERALD_OK) return s;
        auto& http = *Loop::of(h).http;
        return http.more(id, [&](Seen&) -> herald_status {
          http.finish(id);
          return HERALD_OK;
        });
      },
      [](const herald_host* h, herald_exchange id, herald_str) {
        if (const auto s = Loop::of(h).enter("ws_accept"); s != HERALD_OK) return s;
        return Loop::of(h).http->answer(id, [&](Seen& seen) { seen.websocket = true; });
      },
      [](const herald_host* h, herald_exchange id, herald_str text) {
        if (const auto s = Loop::of(h).enter("ws_send"); s != HERALD_OK) return s;
        return Loop::of(h).http->write(id, view(text));
      },
      [](const herald_host* h, herald_exchange id, uint32_t code, herald_str) {
        if (const auto s = Loop::of(h).enter("ws_close"); s != HERALD_OK) return s;
        auto& http = *Loop::of(h).http;
        return http.more(id, [&](Seen& seen) -> herald_status {
          seen.close_code = code;
          http.finish(id);
          return HERALD_OK;
        });
      }};
  return &t;
}

}  // namespace herald::testing
#pragma GCC visibility pop
