// host.hpp - the daemon, as one plugin instance sees it.
#pragma once

#include <herald/completion.hpp>
#include <herald/exchange.hpp>
#include <herald/handles.hpp>
#include <herald/inbox.hpp>
#include <herald/results.hpp>

#include <chrono>

#pragma GCC visibility push(hidden)
namespace herald::inline v1 {

/// f(request, exchange): answers one inbound request, now or later.
using RequestHandler = Callback<const Incoming&, const Exchange&>;

/// Cheap to copy, usable from any thread until stop() returns; after that nothing reaches the
/// daemon. Nothing blocks. Every callback runs later on the instance's strand, once (periodic
/// timers, secrets, routes and subscriptions: each time), also when the host refuses or lacks the
/// interface: then with that status. When the instance stops first, or its queue is full, it is
/// destroyed without having run.
class Host {
 public:
  explicit Host(const herald_host* host) : link_{std::make_shared<detail::Link>(host)} {}

  std::string_view instance() const noexcept { return view(raw()->instance); }
  std::string_view version() const noexcept { return view(raw()->version); }
  /// For the C functions themselves; tokens below 2^63 are the author's.
  const herald_host* raw() const noexcept { return link_->raw(); }

  // Core ------------------------------------------------------------------------------------------

  void log(herald_log_level level, std::string_view text, Labels fields = {}) const {
    link_->call([&](const herald_host* host) {
      if (link_->core->log_enabled(host, level) == 0) return HERALD_OK;
      const auto rows = detail::rows(fields);
      link_->core->log(host, level, str(text), {rows.data(), rows.size()});
      return HERALD_OK;
    });
  }
  void debug(std::string_view text, Labels f = {}) const { log(HERALD_LOG_DEBUG, text, f); }
  void info(std::string_view text, Labels f = {}) const { log(HERALD_LOG_INFO, text, f); }
  void warn(std::string_view text, Labels f = {}) const { log(HERALD_LOG_WARN, text, f); }
  void error(std::string_view text, Labels f = {}) const { log(HERALD_LOG_ERROR, text, f); }

  /// Wall clock; moved by hand in tests. 0 after stop().
  int64_t now_unix_ms() const {
    int64_t now = 0;
    link_->call([&](const herald_host* host) {
      now = link_->core->now_unix_ms(host);
      return HERALD_OK;
    });
    return now;
  }

  /// Runs f on the instance's strand. How a thread of the plugin comes home. HERALD_E_LIMIT: the
  /// queue is full; HERALD_E_STATE: stopped. Then f is destroyed.
  herald_status post(Callback<> f) const { return link_->post(std::move(f)); }
  /// Once, after that time.
  Timer after(std::chrono::milliseconds delay, Callback<> f) const {
    return timer(delay, std::chrono::milliseconds{0}, std::move(f));
  }
  /// Again and again, first after one period.
  Timer every(std::chrono::milliseconds period, Callback<> f) const {
    return timer(period, period, std::move(f));
  }
  /// f(Secret) now and after each rotation. `name` as the configuration refers to it.
  void watch_secret(std::string_view name, Callback<Secret> f) const {
    auto on = [f = std::move(f)](const herald_event& ev) mutable {
      f(Secret{ev.status, ev.status == HERALD_OK ? view(ev.u.bytes) : std::string_view{}});
    };
    ask(link_->core, false, std::move(on), [&](const auto& t, auto* host, auto token) {
      return t.secret_watch(host, token, str(name));
    });
  }

  // Metrics ---------------------------------------------------------------------------------------

  Metric counter(std::string_view name, std::string_view help) const {
    return metric(HERALD_COUNTER, name, help);
  }
  Metric gauge(std::string_view name, std::string_view help) const {
    return metric(HERALD_GAUGE, name, help);
  }
  Metric histogram(std::string_view name, std::string_view help) const {
    return metric(HERALD_HISTOGRAM, name, help);
  }

  // HTTP ------------------------------------------------------------------------------------------

  Fetch fetch(const Request& r, Callback<FetchResult> f) const {
    const detail::KvView headers{r.headers};
    herald_http_request c{};
    c.struct_size = sizeof c;
    c.timeout_ms = static_cast<uint32_t>(r.timeout.count());
    c.method = str(r.method);
    c.target = str(r.url);
    c.headers = headers.get();
    c.body = str(r.body);
    c.flags = r.once ? uint32_t{HERALD_FETCH_ONCE} : 0u;
    c.max_response_bytes = r.max_response_bytes;
    return {link_,
            ask(link_->http, true, convert(std::move(f), detail::fetched),
                [&](const auto& t, auto* host, auto token) { return t.fetch(host, token, &c); })};
  }

  /// Requests of that route go to f; without f to the plugin's on_request(). mounted(Done) says
  /// whether it worked; without it a refusal is logged. An exception of f answers 500.
  Mount mount(const Route& r, RequestHandler f = {}, Callback<Done> mounted = {}) const {
    const herald_route c{sizeof c,       static_cast<uint32_t>(r.access),
                         str(r.methods), str(r.path),
                         str(r.scope),   r.max_body,
                         r.flags,        static_cast<uint32_t>(r.timeout.count())};
    return {link_,
            ask(link_->http, false, on_route(r.path, std::move(f), std::move(mounted)),
                [&](const auto& t, auto* host, auto token) { return t.mount(host, token, &c); })};
  }

  /// The same chunk to many streams; a full one is skipped and hears of it by on_writable(true).
  herald_status write_many(const std::vector<herald_exchange>& to, std::string_view chunk) const {
    return link_->call(link_->http, [&](const auto& t, auto* host) {
      return t.write_many(host, to.data(), to.size(), str(chunk));
    });
  }
  Exchange exchange(herald_exchange id) const { return {link_, id}; }

  // Inbox -----------------------------------------------------------------------------------------

  /// Puts the delivery's message into the recipient's inbox; the operation is answered ACCEPTED in
  /// the same transaction. When it cannot be, it is answered RETRY (REJECTED when the recipient is
  /// no user). f(Items): the item, after the commit.
  void inbox_append(Completion done, const Item& item, Callback<Items> f = {}) const {
    const auto actions = detail::actions(item.actions);
    herald_item c{};
    c.struct_size = sizeof c;
    c.type = str(item.type);
    c.title = str(item.title);
    c.text = str(item.text);
    c.markdown = str(item.markdown);
    c.actions = actions.data();
    c.actions_size = actions.size();
    c.actions_stride = sizeof(herald_action);
    auto promise = std::move(done.promise_);
    if (!promise) return;
    const auto op = promise->op();
    auto on = [promise, f = std::move(f)](const herald_event& ev) mutable {
      if (ev.status == HERALD_OK)
        promise->release();
      else if (ev.status == HERALD_E_INVALID)
        promise->answer(
            Outcome::rejected(HERALD_REASON_BAD_RECIPIENT, "not accepted by the inbox"));
      else
        promise->answer(
            Outcome::retry(HERALD_REASON_INTERNAL,
                           "the inbox could not store it: " + std::string{describe(ev.status)}));
      if (f) f(detail::items(ev));
    };
    ask(link_->inbox, true, std::move(on),
        [&](const auto& t, auto* host, auto token) { return t.append(host, token, op, &c); });
  }
  /// The inbox of the person the exchange is about. Marks nothing as delivered: do that with
  /// inbox_seen(), in on_closed, when the status was OK.
  void inbox_list(const Exchange& as, const InboxQuery& q, Callback<Items> f) const {
    const herald_inbox_query c{sizeof c,
                               (q.history ? uint32_t{HERALD_LIST_HISTORY} : 0u) |
                                   (q.changes ? uint32_t{HERALD_LIST_CHANGES} : 0u),
                               q.after_seq,
                               q.epoch,
                               q.after_unix_us,
                               q.before_id,
                               str(q.herald_id),
                               q.limit,
                               0};
    ask(link_->inbox, true, convert(std::move(f), detail::items),
        [&](const auto& t, auto* host, auto token) { return t.list(host, token, as.id(), &c); });
  }
  void inbox_seen(const Exchange& as, const std::vector<uint64_t>& ids, herald_seen_level level,
                  Callback<Done> f = {}) const {
    ask(link_->inbox, true, convert(std::move(f), detail::done),
        [&](const auto& t, auto* host, auto token) {
          return t.seen(host, token, as.id(), ids.data(), ids.size(), level);
        });
  }
  /// up_to_seq 0: everything.
  void inbox_clear(const Exchange& as, uint64_t up_to_seq, Callback<Done> f = {}) const {
    ask(link_->inbox, true, convert(std::move(f), detail::done),
        [&](const auto& t, auto* host, auto token) {
          return t.clear(host, token, as.id(), up_to_seq);
        });
  }
  /// f(seq) after each change of that user's inbox, by any node, until cancel(); may be spurious.
  Subscription inbox_subscribe(std::string_view user, Callback<uint64_t> f,
                               Callback<Done> subscribed = {}) const {
    auto on = [f = std::move(f),
               subscribed = std::move(subscribed)](const herald_event& ev) mutable {
      if (ev.type == HERALD_EV_INBOX)
        f(ev.u.seq);
      else if (subscribed)
        subscribed(detail::done(ev));
    };
    return {link_,
            ask(link_->inbox, false, std::move(on), [&](const auto& t, auto* host, auto token) {
              return t.subscribe(host, token, str(user));
            })};
  }

  // Receipts, answers -----------------------------------------------------------------------------

  /// f(Done) after the commit: only then answer the provider's webhook with 200.
  void receipts(const std::vector<Receipt>& batch, Callback<Done> f = {}) const {
    std::vector<herald_receipt> rows;
    rows.reserve(batch.size());
    for (const auto& r : batch) {
      const bool failed = r.state == HERALD_RECEIPT_FAILED;
      rows.push_back(
          {sizeof(herald_receipt), static_cast<uint32_t>(r.state), r.at_unix_ms, str(r.provider_id),
           str(r.attempt_id), failed ? static_cast<uint32_t>(r.result) : 0u,
           failed ? static_cast<uint32_t>(r.reason) : 0u, r.retry_after_ms, 0, str(r.detail)});
    }
    ask(link_->receipts, true, convert(std::move(f), detail::done),
        [&](const auto& t, auto* host, auto token) {
          return t.receipts(host, token, rows.data(), rows.size(), sizeof(herald_receipt));
        });
  }
  void answer(const Answer& a, Callback<Answered> f = {}) const {
    const herald_answer c{sizeof c,
                          0,
                          a.at_unix_ms,
                          str(a.dedup_id),
                          {str(a.from.kind), str(a.from.value)},
                          a.exchange,
                          str(a.attempt_id),
                          str(a.provider_id),
                          str(a.herald_id),
                          str(a.action_id),
                          str(a.text)};
    ask(link_->answers, true, convert(std::move(f), detail::answered),
        [&](const auto& t, auto* host, auto token) { return t.answer(host, token, &c); });
  }

  // Directory, key-value, submit ------------------------------------------------------------------

  /// f(Stored): value is the user id, empty when nobody has that identity.
  void resolve(const Identity& who, Callback<Stored> f) const {
    ask(link_->directory, true, convert(std::move(f), detail::stored),
        [&](const auto& t, auto* host, auto token) { return t.resolve(host, token, c(who)); });
  }
  /// The person known by `known` also has `also`.
  void learn(const Identity& known, const Identity& also, Callback<Done> f = {}) const {
    ask(link_->directory, true, convert(std::move(f), detail::done),
        [&](const auto& t, auto* host, auto token) {
          return t.learn(host, token, c(known), c(also));
        });
  }
  /// until_unix_ms 0: until further notice.
  void mark(const Identity& who, herald_reachability state, int64_t until_unix_ms = 0,
            Callback<Done> f = {}) const {
    ask(link_->directory, true, convert(std::move(f), detail::done),
        [&](const auto& t, auto* host, auto token) {
          return t.mark(host, token, c(who), state, until_unix_ms);
        });
  }
  /// f(Stored): version 0 when there is no such key.
  void kv_get(std::string_view key, Callback<Stored> f) const {
    ask(link_->kv, true, convert(std::move(f), detail::stored),
        [&](const auto& t, auto* host, auto token) { return t.kv_get(host, token, str(key)); });
  }
  /// Written only if the version is if_version: HERALD_KV_ABSENT, HERALD_KV_ANY_VERSION or a number
  /// kv_get gave; else f hears HERALD_E_CONFLICT.
  void kv_put(std::string_view key, std::string_view value, Callback<Done> f = {},
              int64_t expires_unix_ms = 0, uint64_t if_version = HERALD_KV_ANY_VERSION) const {
    ask(link_->kv, true, convert(std::move(f), detail::done),
        [&](const auto& t, auto* host, auto token) {
          return t.kv_put(host, token, str(key), str(value), expires_unix_ms, if_version);
        });
  }
  void kv_remove(std::string_view key, Callback<Done> f = {}) const {
    ask(link_->kv, true, convert(std::move(f), detail::done),
        [&](const auto& t, auto* host, auto token) { return t.kv_remove(host, token, str(key)); });
  }
  /// The JSON object of POST /api/v1/notifications; f(Stored): its id, after the commit.
  void submit(std::string_view notification_json, Callback<Stored> f) const {
    ask(link_->submit, true, convert(std::move(f), detail::stored),
        [&](const auto& t, auto* host, auto token) {
          return t.submit(host, token, str(notification_json));
        });
  }

 private:
  template <class>
  friend struct Shim;

  template <class Table, class F>
  herald_token ask(const Table* table, bool once, detail::EventFn fn, F&& invoke) const {
    return link_->ask(table, once, std::move(fn), std::forward<F>(invoke));
  }
  /// An event handler that turns the event into a value first.
  template <class Value>
  static detail::EventFn convert(Callback<Value> f, Value (*from)(const herald_event&)) {
    return [f = std::move(f), from](const herald_event& ev) mutable {
      if (f) f(from(ev));
    };
  }
  static herald_identity c(const Identity& i) noexcept { return {str(i.kind), str(i.value)}; }

  Timer timer(std::chrono::milliseconds delay, std::chrono::milliseconds period,
              Callback<> f) const {
    const bool once = period.count() == 0;
    auto on = [f = std::move(f)](const herald_event& ev) mutable {
      if (ev.type == HERALD_EV_TIMER) f();
    };
    return {link_,
            ask(link_->core, once, std::move(on), [&](const auto& t, auto* host, auto token) {
              return t.timer_start(host, token, static_cast<uint64_t>(delay.count()),
                                   static_cast<uint64_t>(period.count()));
            })};
  }
  Metric metric(herald_metric_kind kind, std::string_view name, std::string_view help) const {
    const auto token = link_->add({}, false);  // only for a number nobody else uses
    link_->remove(token);
    link_->call(link_->metrics, [&](const auto& t, auto* host) {
      return t.define(host, token, kind, str(name), str(help));
    });
    return {link_, token};
  }
  detail::EventFn on_route(std::string path, RequestHandler f, Callback<Done> mounted) const {
    return [host = *this, path = std::move(path), f = std::move(f),
            mounted = std::move(mounted)](const herald_event& ev) mutable {
      if (ev.type == HERALD_EV_HTTP_REQUEST) {
        auto& handler = f ? f : host.link_->requests;
        const Exchange exchange{host.link_, ev.exchange};
        try {
          if (handler) handler(detail::incoming(*ev.u.request), exchange);
        } catch (...) {
          exchange.respond({500,
                            {{"Content-Type", "application/problem+json"}},
                            R"({"title":"Internal Server Error","status":500})"});
          throw;
        }
      } else if (mounted) {
        mounted(detail::done(ev));
      } else if (ev.status != HERALD_OK) {
        host.error("route refused; compare the path with the prefixes granted to this instance",
                   {{"path", path}, {"cause", describe(ev.status)}});
      }
    };
  }

  std::shared_ptr<detail::Link> link_;
};

}  // namespace herald::inline v1
#pragma GCC visibility pop
