#include "plugin/host/exchange.hpp"
#include "plugin/host/http.hpp"
#include "plugin/host/request.hpp"
#include "plugin/text.hpp"

// Answers to requests on a plugin's routes, whole or streamed.
namespace herald::plugin {

namespace web = model::web;
using Stage = Held::Exchange::Stage;

namespace {

constexpr std::size_t kMaxExchanges = 65'536, kMaxBody = 8 << 20, kMaxChunk = 1 << 20;
constexpr auto kProofAfterClose = std::chrono::seconds{10};
/// Of those that are over, so many of the latest still prove who acts when there is no room for
/// all.
constexpr herald_exchange kProofs = kMaxExchanges / 2;

/// Forgets who acted by those that are over, but for the latest.
void make_room(Held& h) {
  std::erase_if(h.exchanges, [&](const auto& entry) {
    return entry.second.stage == Stage::closed && entry.first + kProofs < h.last_exchange;
  });
}

}  // namespace

web::Response problem(unsigned status, const char* title) {
  return {status,
          {{"retry-after", "1"}},
          std::string{R"({"title":")"} + title + R"(","status":)" + std::to_string(status) + "}",
          "application/problem+json"};
}

void closed(const std::weak_ptr<Side>& weak, herald_exchange id, bool all) {
  const auto self = weak.lock();
  if (!self) return;
  web::ExchangePtr dropped;  // given back outside the lock
  herald_token mount = 0;
  uint64_t alarm = 0;
  const bool first = self->held.with([&](Held& h) {
    const auto it = h.exchanges.find(id);
    if (it == h.exchanges.end() || it->second.stage == Stage::closed) return false;
    it->second.stage = Stage::closed;
    dropped = std::move(it->second.port);
    mount = it->second.mount;
    alarm = it->second.alarm;
    return true;
  });
  if (!first) return;
  self->runtime.alarms.cancel(alarm);
  auto e = event(HERALD_EV_HTTP_CLOSED, mount, all ? HERALD_OK : HERALD_E_STATE);
  e.raw.exchange = id;
  self->send(std::move(e));
  self->runtime.alarms.after(kProofAfterClose, [weak, id] {
    if (const auto side = weak.lock()) side->held.with([&](Held& h) { h.exchanges.erase(id); });
  });
}

web::ExchangePtr step(Side& side, herald_exchange id, Stage from, Stage to,
                      KeptAnswers::Question* question) {
  return side.held.with([&](Held& h) -> web::ExchangePtr {
    const auto it = h.exchanges.find(id);
    if (it == h.exchanges.end() || it->second.stage != from) return nullptr;
    it->second.stage = to;
    auto asked = std::exchange(it->second.question, {});
    if (question != nullptr) *question = std::move(asked);
    return it->second.port;
  });
}

namespace {

void writable(const std::weak_ptr<Side>& weak, herald_exchange id) {
  const auto self = weak.lock();
  if (!self) return;
  const auto missed = self->held.with([&](Held& h) -> std::optional<bool> {
    const auto it = h.exchanges.find(id);
    if (it == h.exchanges.end() || it->second.stage != Stage::streaming) return std::nullopt;
    it->second.full = false;
    ++it->second.times_writable;
    return std::exchange(it->second.missed_chunk, false);
  });
  if (!missed) return;
  auto e = event(HERALD_EV_HTTP_WRITABLE, 0, *missed ? HERALD_E_LIMIT : HERALD_OK);
  e.raw.exchange = id;
  self->send(std::move(e));
}

/// The plugin did not answer in time: the host does.
void timed_out(const std::weak_ptr<Side>& weak, herald_exchange id) {
  const auto self = weak.lock();
  if (!self) return;
  web::ExchangePtr port;
  self->held.with([&](Held& h) {
    const auto it = h.exchanges.find(id);
    if (it == h.exchanges.end() || it->second.stage != Stage::waiting) return;
    it->second.stage = Stage::answered;
    port = it->second.port;
  });
  if (!port) return;
  self->misbehaved("unanswered_request", "did not answer a request in time");
  port->respond(problem(504, "The channel did not answer in time"));
  closed(weak, id, false);
}

/// Hands one chunk to a stream. The port takes it also when it says that its buffer is full now;
/// the plugin hears of that with its next chunk, which is not taken.
herald_status write_to(Side& side, herald_exchange id, std::string_view chunk, bool many) {
  web::ExchangePtr port;
  uint64_t times = 0;
  const auto status = side.held.with([&](Held& h) -> herald_status {
    const auto it = h.exchanges.find(id);
    if (it == h.exchanges.end() || it->second.stage != Stage::streaming) return HERALD_E_STATE;
    if (it->second.full) {
      it->second.missed_chunk = it->second.missed_chunk || many;
      return HERALD_E_LIMIT;
    }
    port = it->second.port;
    times = it->second.times_writable;
    return HERALD_OK;
  });
  if (status != HERALD_OK || port->write(std::string{chunk})) return status;
  side.held.with([&](Held& h) {
    const auto it = h.exchanges.find(id);
    // Unless it has drained already, on another thread.
    if (it != h.exchanges.end() && it->second.times_writable == times) it->second.full = true;
  });
  return HERALD_OK;
}

/// A stream lives no longer than its token: for those that did not end it themselves.
void end_with_token(Side& side, herald_exchange id) {
  const auto expires = side.held.with([&](const Held& h) {
    const auto it = h.exchanges.find(id);
    return it == h.exchanges.end() ? model::TimePoint{} : it->second.who.expires;
  });
  if (expires == model::TimePoint{}) return;
  const auto left = std::max(expires - side.runtime.clock.now(), model::Duration{0}) + kGoodbye;
  const auto alarm = side.runtime.alarms.after(
      std::chrono::duration_cast<base::Duration>(left), [weak = side.weak_from_this(), id] {
        const auto self = weak.lock();
        if (!self) return;
        if (const auto port = step(*self, id, Stage::streaming, Stage::answered))
          port->close_socket(kNoToken, "expired");
      });
  uint64_t old = alarm;
  side.held.with([&](Held& h) {
    const auto it = h.exchanges.find(id);
    if (it != h.exchanges.end() && it->second.stage != Stage::closed)
      old = std::exchange(it->second.alarm, alarm);
  });
  side.runtime.alarms.cancel(old);
}

/// One message of a WebSocket.
void text_came(const std::weak_ptr<Side>& weak, herald_exchange id, std::string text) {
  const auto self = weak.lock();
  if (!self) return;
  auto e = event(HERALD_EV_WS_TEXT, 0);
  e.raw.exchange = id;
  e.bytes = std::move(text);
  self->send(std::move(e));
}

bool is_host_header(std::string_view name) {
  std::string lower{name};
  for (auto& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return lower == "content-length" || lower == "transfer-encoding" || lower == "connection" ||
         lower == "upgrade" || lower == "keep-alive" || lower == "date" || lower == "server" ||
         lower == "trailer";
}

std::optional<web::Response> read_response(const herald_http_response* raw, std::size_t max_body) {
  if (raw == nullptr || !HERALD_HAS(raw, reserved) || raw->status < 200 || raw->status > 599)
    return std::nullopt;
  auto headers = read_headers(raw->headers);
  const auto body = bytes_of(raw->body, max_body);
  if (!headers || !body) return std::nullopt;
  web::Response response{raw->status, {}, std::string{*body}, ""};
  for (auto& [name, value] : *headers) {
    std::string lower = name;
    for (auto& c : lower)
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if (lower == "content-type")
      response.content_type = std::move(value);
    else if (!is_host_header(lower))
      response.headers.emplace_back(std::move(lower), std::move(value));
  }
  return response;
}

}  // namespace

void Side::http_request(herald_token mount, base::Duration timeout, web::ExchangePtr exchange) {
  const auto& request = exchange->request();
  Held::Exchange entry;
  entry.port = exchange;
  entry.mount = mount;
  entry.who = request.who;
  // In development mode the caller is the person in the path.
  if (entry.who.development && entry.who.kind == model::Principal::Kind::anyone &&
      request.user > 0) {
    entry.who.kind = model::Principal::Kind::user;
    entry.who.user = request.user;
  }
  entry.user = request.user;
  if (entry.user == 0 && entry.who.kind == model::Principal::Kind::user)
    entry.user = entry.who.user;
  const auto who = entry.who;
  entry.question = KeptAnswers::question(request, entry.who, entry.user);
  if (const auto answer = kept->find(entry.question, runtime.clock.mono()))
    return exchange->respond(*answer);
  auto e = request_event(mount, 0, request, entry.who, entry.user);
  const auto id = held.with([&](Held& h) -> herald_exchange {
    if (h.exchanges.size() >= kMaxExchanges) make_room(h);
    if (h.closed || h.exchanges.size() >= kMaxExchanges) return 0;
    const auto next = ++h.last_exchange;
    h.exchanges.emplace(next, std::move(entry));
    return next;
  });
  if (id == 0) return exchange->respond(problem(503, "The channel is busy; try again"));
  e.raw.exchange = id;
  const auto alarm =
      runtime.alarms.after(timeout, [weak = weak_from_this(), id] { timed_out(weak, id); });
  const bool open = held.with([&](Held& h) {
    const auto it = h.exchanges.find(id);
    if (it == h.exchanges.end()) return false;
    it->second.alarm = alarm;
    return true;
  });
  if (!open) runtime.alarms.cancel(alarm);
  send(std::move(e));
  // Looked at only now that end_revoked() finds it: a revocation cannot pass between the two.
  if (ports.is_revoked && ports.is_revoked(who)) tell_revoked(*this, id);
}

void answer_failed(Side& side, herald_exchange id) {
  const auto port = step(side, id, Stage::waiting, Stage::answered);
  if (!port) return;
  port->respond(problem(500, "The channel failed on this request"));
  closed(side.weak_from_this(), id, false);
}

std::optional<std::pair<model::Principal, model::UserId>> Side::actor(herald_exchange exchange) {
  return held.with([&](Held& h) -> std::optional<std::pair<model::Principal, model::UserId>> {
    const auto it = h.exchanges.find(exchange);
    if (it == h.exchanges.end()) return std::nullopt;
    return std::pair{it->second.who, it->second.user};
  });
}

herald_status respond(const herald_host* host, herald_exchange id,
                      const herald_http_response* raw) noexcept {
  return on_side(host, "respond", [&](Side& side) -> herald_status {
    auto response = read_response(raw, kMaxBody);
    if (!response) return HERALD_E_INVALID;
    KeptAnswers::Question question;
    const auto port = step(side, id, Stage::waiting, Stage::answered, &question);
    if (!port) return HERALD_E_STATE;
    if (HERALD_HAS(raw, flags) && (raw->flags & HERALD_ANSWER_UNTIL_CHANGE) != 0)
      side.kept->keep(question, *response, side.runtime.clock.mono());
    port->respond(std::move(*response),
                  [weak = side.weak_from_this(), id](bool all) { closed(weak, id, all); });
    return HERALD_OK;
  });
}

herald_status begin(const herald_host* host, herald_exchange id,
                    const herald_http_response* raw) noexcept {
  return on_side(host, "begin", [&](Side& side) -> herald_status {
    auto response = read_response(raw, kMaxChunk);
    if (!response) return HERALD_E_INVALID;
    const auto port = step(side, id, Stage::waiting, Stage::streaming);
    if (!port) return HERALD_E_STATE;
    port->begin(
        std::move(*response), [weak = side.weak_from_this(), id] { writable(weak, id); },
        [weak = side.weak_from_this(), id](bool all) { closed(weak, id, all); });
    end_with_token(side, id);
    return HERALD_OK;
  });
}

herald_status ws_accept(const herald_host* host, herald_exchange id, herald_str) noexcept {
  return on_side(host, "ws_accept", [&](Side& side) -> herald_status {
    const auto port = step(side, id, Stage::waiting, Stage::streaming);
    if (!port) return HERALD_E_STATE;
    const auto weak = side.weak_from_this();
    port->accept_socket([weak, id](std::string text) { text_came(weak, id, std::move(text)); },
                        [weak, id] { writable(weak, id); },
                        [weak, id](bool all) { closed(weak, id, all); });
    end_with_token(side, id);
    return HERALD_OK;
  });
}

herald_status ws_send(const herald_host* host, herald_exchange id, herald_str raw) noexcept {
  return on_side(host, "ws_send", [&](Side& side) -> herald_status {
    const auto text = text_of(raw, kMaxChunk);
    if (!text) return HERALD_E_INVALID;
    return write_to(side, id, *text, false);
  });
}

herald_status ws_close(const herald_host* host, herald_exchange id, uint32_t code,
                       herald_str raw) noexcept {
  return on_side(host, "ws_close", [&](Side& side) -> herald_status {
    auto reason = text_of(raw, 123);
    const bool allowed =
        code == 1000 || code == 1001 || code == 1008 || (code >= 4000 && code <= 4999);
    if (!reason || !allowed) return HERALD_E_INVALID;
    const auto port = step(side, id, Stage::streaming, Stage::answered);
    if (!port) return HERALD_E_STATE;
    port->close_socket(code, std::move(*reason));
    return HERALD_OK;
  });
}

herald_status write(const herald_host* host, herald_exchange id, herald_str raw) noexcept {
  return on_side(host, "write", [&](Side& side) -> herald_status {
    const auto chunk = bytes_of(raw, kMaxChunk);
    if (!chunk) return HERALD_E_INVALID;
    return write_to(side, id, *chunk, false);
  });
}

herald_status write_many(const herald_host* host, const herald_exchange* ids, uint64_t n,
                         herald_str raw) noexcept {
  return on_side(host, "write_many", [&](Side& side) -> herald_status {
    const auto chunk = bytes_of(raw, kMaxChunk);
    if (!chunk || n > kMaxExchanges || (n != 0 && ids == nullptr)) return HERALD_E_INVALID;
    for (uint64_t i = 0; i < n; ++i) write_to(side, ids[i], *chunk, true);
    return HERALD_OK;
  });
}

herald_status end(const herald_host* host, herald_exchange id) noexcept {
  return on_side(host, "end", [&](Side& side) -> herald_status {
    const auto port = step(side, id, Stage::streaming, Stage::answered);
    if (!port) return HERALD_E_STATE;
    port->end();
    return HERALD_OK;
  });
}

}  // namespace herald::plugin
