// link.hpp - one instance's connection to its host: the interface tables, the token table that
// routes events to callbacks, and the gate that lets no call out after stop().
// Any thread may use it; callbacks run in event(), on the instance's strand.
#pragma once

#include <herald/callback.hpp>
#include <herald/error.hpp>
#include <herald/values.hpp>

#include <cstring>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <unordered_map>

#pragma GCC visibility push(hidden)
namespace herald::inline v1 {
class Exchange;
struct Incoming;

namespace detail {

using EventFn = Callback<const herald_event&>;

/// What a plugin wants to hear of one exchange.
struct ExchangeHandlers {
  Callback<herald_status> closed;
  Callback<bool> writable;
  Callback<std::string_view> text;
  Callback<> revoked;
};

class Link : public std::enable_shared_from_this<Link> {
 public:
  explicit Link(const herald_host* host) : host_{host} {
    find(core, HERALD_HOST_CORE);
    find(metrics, HERALD_HOST_METRICS);
    find(http, HERALD_HOST_HTTP);
    find(inbox, HERALD_HOST_INBOX);
    find(receipts, HERALD_HOST_RECEIPTS);
    find(answers, HERALD_HOST_ANSWERS);
    find(directory, HERALD_HOST_DIRECTORY);
    find(kv, HERALD_HOST_KV);
    find(submit, HERALD_HOST_SUBMIT);
    if (core == nullptr) throw Error{HERALD_E_UNSUPPORTED, "host lacks " HERALD_HOST_CORE};
  }

  const herald_host* raw() const noexcept { return host_; }

  /// Runs f(host) unless the instance has stopped: then HERALD_E_STATE.
  template <class F>
  herald_status call(F&& f) {
    const std::shared_lock lock{gate_};
    return open_ ? f(host_) : HERALD_E_STATE;
  }
  /// The same through one interface; E_UNSUPPORTED when this host does not have it.
  template <class Table, class F>
  herald_status call(const Table* table, F&& f) {
    if (table == nullptr) return HERALD_E_UNSUPPORTED;
    return call([&](const herald_host* host) { return f(*table, host); });
  }

  herald_token add(EventFn fn, bool once) {
    const std::lock_guard lock{mutex_};
    const auto token = ++last_token_;
    entries_.emplace(token, Entry{std::make_shared<EventFn>(std::move(fn)), once});
    return token;
  }
  void remove(herald_token token) {
    std::shared_ptr<EventFn> dropped;  // destroyed outside the lock: it may own a Completion
    const std::lock_guard lock{mutex_};
    if (const auto it = entries_.find(token); it != entries_.end()) {
      dropped = std::move(it->second.fn);
      entries_.erase(it);
    }
  }

  /// Asks for something that is answered by one event (once) or by many. When the host refuses at
  /// once, fn hears of that the same way: later, with the status and an event of type 0.
  template <class Table, class F>
  herald_token ask(const Table* table, bool once, EventFn fn, F&& invoke) {
    const auto token = add(std::move(fn), once);
    const auto status = call(
        table, [&](const Table& t, const herald_host* host) { return invoke(t, host, token); });
    if (status != HERALD_OK) refuse(token, status);
    return token;
  }

  /// Runs the callback that waits for this event. False: none does.
  bool dispatch(const herald_event& ev) {
    switch (ev.type) {
      case HERALD_EV_HTTP_WRITABLE:
      case HERALD_EV_WS_TEXT:
      case HERALD_EV_HTTP_REVOKED:
      case HERALD_EV_HTTP_CLOSED:
        return dispatch_exchange(ev);
      case HERALD_EV_CANCEL:
        return false;
      default:
        return dispatch_token(ev);
    }
  }

  template <class F>
  void on_exchange(herald_exchange exchange, F&& set) {
    const std::lock_guard lock{mutex_};
    auto& handlers = exchanges_[exchange];
    if (!handlers) handlers = std::make_shared<ExchangeHandlers>();
    set(*handlers);
  }

  herald_status post(Callback<> f) {
    const auto token = add([f = std::move(f)](const herald_event&) mutable { f(); }, true);
    const auto status = call([&](const herald_host* host) { return core->post(host, token); });
    if (status != HERALD_OK) remove(token);
    return status;
  }

  /// Drops every callback (a Completion they own answers "unknown" now), then shuts the gate.
  void close() {
    decltype(entries_) entries;
    decltype(exchanges_) exchanges;
    {
      const std::lock_guard lock{mutex_};
      entries.swap(entries_);
      exchanges.swap(exchanges_);
    }
    entries.clear();
    exchanges.clear();
    const std::unique_lock lock{gate_};
    open_ = false;
  }

  /// Where requests of a route without a handler of its own go; set before the first event.
  Callback<const Incoming&, const Exchange&> requests;

  const herald_host_core* core = nullptr;
  const herald_host_metrics* metrics = nullptr;
  const herald_host_http* http = nullptr;
  const herald_host_inbox* inbox = nullptr;
  const herald_host_receipts* receipts = nullptr;
  const herald_host_answers* answers = nullptr;
  const herald_host_directory* directory = nullptr;
  const herald_host_kv* kv = nullptr;
  const herald_host_submit* submit = nullptr;

 private:
  struct Entry {
    std::shared_ptr<EventFn> fn;  // shared: a concurrent plugin may be in it while it is removed
    bool once;
  };

  template <class T>
  void find(const T*& out, const char* id) noexcept {
    out = static_cast<const T*>(host_->get_interface(host_, {id, std::strlen(id)}));
  }

  bool dispatch_token(const herald_event& ev) {
    std::shared_ptr<EventFn> fn;
    {
      const std::lock_guard lock{mutex_};
      const auto it = entries_.find(ev.id);
      if (it == entries_.end()) return false;
      fn = it->second.fn;
      if (it->second.once) entries_.erase(it);
    }
    if (!*fn) return false;
    (*fn)(ev);
    return true;
  }

  bool dispatch_exchange(const herald_event& ev) {
    std::shared_ptr<ExchangeHandlers> handlers;
    {
      const std::lock_guard lock{mutex_};
      const auto it = exchanges_.find(ev.exchange);
      if (it == exchanges_.end()) return false;
      handlers = it->second;
      if (ev.type == HERALD_EV_HTTP_CLOSED) exchanges_.erase(it);
    }
    if (ev.type == HERALD_EV_HTTP_CLOSED) {
      if (handlers->closed) handlers->closed(ev.status);
    } else if (ev.type == HERALD_EV_HTTP_WRITABLE) {
      if (handlers->writable) handlers->writable(ev.status == HERALD_E_LIMIT);
    } else if (ev.type == HERALD_EV_HTTP_REVOKED) {
      if (handlers->revoked) handlers->revoked();
    } else if (handlers->text) {
      handlers->text(view(ev.u.bytes));
    }
    return true;
  }

  /// Comes round through the strand so that a callback never runs inside the call that asked.
  void refuse(herald_token token, herald_status status) {
    std::shared_ptr<EventFn> fn;
    {
      const std::lock_guard lock{mutex_};
      const auto it = entries_.find(token);
      if (it == entries_.end()) return;
      fn = std::move(it->second.fn);
      entries_.erase(it);
    }
    post([fn, status] {
      herald_event ev{};
      ev.struct_size = sizeof ev;
      ev.status = status;
      if (*fn) (*fn)(ev);
    });
  }

  const herald_host* host_;
  std::shared_mutex gate_;
  bool open_ = true;
  std::mutex mutex_;
  herald_token last_token_ = 1ull << 63;  // the lower half is the author's own, for raw calls
  std::unordered_map<herald_token, Entry> entries_;
  std::unordered_map<herald_exchange, std::shared_ptr<ExchangeHandlers>> exchanges_;
};

}  // namespace detail
}  // namespace herald::inline v1
#pragma GCC visibility pop
