// host: the daemon as one plugin instance sees it: one file per host interface, all of them
// functions on a Side. [host] functions run on any thread of the plugin and never block; their
// answers are events on the instance's strand. Never trusts an argument: sizes, UTF-8, enums and
// ids are checked here, everything is copied.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <unordered_map>

#include "base/guarded.hpp"
#include "model/ports/web.hpp"
#include "plugin/host/event.hpp"
#include "plugin/host/kept_answers.hpp"
#include "plugin/library.hpp"
#include "plugin/log_gate.hpp"
#include "plugin/op_table.hpp"
#include "plugin/ports.hpp"
#include "plugin/runtime.hpp"
#include "plugin/spec.hpp"

namespace herald::plugin {

class Routes;

/// Everything an instance has asked for and not given back.
struct Held {
  bool closed = false;
  struct Timer {
    uint64_t alarm = 0, generation = 0;
    base::Duration period{};
    bool queued =
        false;  ///< its event waits on the strand: a slow plugin gets one, not a heap of them
  };
  std::unordered_map<herald_token, Timer> timers;
  uint64_t timer_generation = 0;
  std::unordered_map<herald_token, uint64_t> fetches;  ///< port's handle; 0 while fetch() runs
  std::unordered_map<herald_token, uint64_t> secrets;
  struct Subscription {
    uint64_t handle = 0, generation = 0;
    int64_t seq = 0;
    bool queued = false;
  };
  std::unordered_map<herald_token, Subscription> subscriptions;
  uint64_t subscription_generation = 0;
  struct Metric {
    std::string name, help;
    uint32_t kind = 0;
    std::set<std::string> label_sets;
  };
  std::unordered_map<herald_token, Metric> metrics;
  struct Exchange {
    enum class Stage { waiting, answered, streaming, closed } stage = Stage::waiting;
    model::web::ExchangePtr port;
    herald_token mount = 0;
    model::Principal who;
    model::UserId user = 0;
    uint64_t alarm = 0;
    bool missed_chunk = false;  ///< write_many() skipped it: said with the next WRITABLE
    bool full = false;          ///< the port said so: nothing more until it is writable
    uint64_t times_writable = 0;
    bool told_revoked = false;
    KeptAnswers::Question question;
  };
  std::unordered_map<herald_exchange, Exchange> exchanges;
  herald_exchange last_exchange = 0;
};

class Side : public std::enable_shared_from_this<Side> {
 public:
  Side(Runtime& runtime, const HostPorts& ports, std::shared_ptr<Routes> routes,
       const Options& options, InstanceSpec spec, uint32_t plugin_flags,
       std::shared_ptr<Lane> lane);
  ~Side();

  const herald_host* abi() const { return &abi_; }
  const std::string& name() const { return spec.name; }
  bool open() const { return open_.load(); }

  /// Puts an event on the strand. Dropped after stop().
  void send(Event e);
  /// For [host] functions answered by an event: false when 4,096 answers are outstanding (E_LIMIT).
  bool begin_request();
  /// The event that answers such a request.
  void answer(Event e);
  void answer(herald_event_type type, herald_token token, const base::Error& error);
  /// The plugin broke a rule: logged (at a bounded rate) and counted.
  void misbehaved(std::string_view what, std::string_view text);
  uint64_t misbehaviours() const { return misbehaviours_.load(); }
  /// A [host] function was called although stop() had returned; this object lives on for just that.
  void called_after_stop(const char* function);

  /// Ends an operation: its caller hears of it on a thread of the core. False when it has ended
  /// before.
  bool finish(uint64_t op, Ended ended, bool by_deadline = false);
  /// A completion that came after the end of its delivery.
  void report_late(const std::string& attempt_id, const model::Outcome& outcome);

  /// A request arrived on a mounted route (by Routes).
  void http_request(herald_token mount, base::Duration timeout, model::web::ExchangePtr exchange);
  /// Who acts by this exchange; nothing when it is unknown or closed for over 10 s.
  std::optional<std::pair<model::Principal, model::UserId>> actor(herald_exchange exchange);

  /// stop() has returned: gives everything back; operations still open end with `last`.
  void close(const model::Outcome& last);

  Runtime& runtime;
  const HostPorts& ports;
  const std::shared_ptr<Routes> routes;  // shared with the handlers of mounted routes
  const InstanceSpec spec;
  const uint32_t flags;
  const std::shared_ptr<Lane> lane;  // shared with the instance and what runs on it
  herald_plugin* plugin = nullptr;   ///< set before the first event
  OpTable ops;
  base::Guarded<Held> held;
  const std::shared_ptr<KeptAnswers> kept;  // shared with its subscriptions
  std::atomic<uint32_t> pending{0}, queued_posts{0};
  LogGate log_gate{200};

 private:
  void enter(Event& e);

  herald_host abi_{};
  const std::string version_;
  const std::shared_ptr<const std::atomic<bool>>
      ports_alive_;  // shared with the registry, which may end before us
  std::atomic<bool> open_{true};
  std::atomic<uint64_t> misbehaviours_{0};
  LogGate misbehaviour_gate_{10};
};

/// The instance behind a host pointer, for the length of one [host] call; nothing that the call
/// throws gets out.
template <class F>
herald_status on_side(const herald_host* host, const char* function, F&& f) noexcept {
  if (host == nullptr || host->impl == nullptr) return HERALD_E_INVALID;
  auto& side = *static_cast<Side*>(host->impl);
  try {
    if (!side.open()) {
      side.called_after_stop(function);
      return HERALD_E_STATE;
    }
    return f(side);
  } catch (const std::bad_alloc&) {
    return HERALD_E_LIMIT;
  } catch (...) {
    return HERALD_E_INTERNAL;
  }
}

/// Where a plugin's thread is inside a call of ours: complete() for this operation waits for the
/// call's error text.
inline thread_local uint64_t t_entered_op = 0;

const herald_host_core* core_table();
const herald_host_metrics* metrics_table();
const herald_host_http* http_table();
const herald_host_inbox* inbox_table();
const herald_host_receipts* receipts_table();
const herald_host_answers* answers_table();
const herald_host_directory* directory_table();
const herald_host_kv* kv_table();
const herald_host_submit* submit_table();

}  // namespace herald::plugin
