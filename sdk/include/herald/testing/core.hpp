// core.hpp - FakeHost's log, operations, timers, secrets and metrics.
#pragma once

#include <herald/testing/loop.hpp>

#include <algorithm>
#include <optional>
#include <set>

#pragma GCC visibility push(hidden)
namespace herald::testing {

struct LogLine {
  uint32_t level;
  std::string text;
  Fields fields;
};

/// One record() of a metric.
struct Sample {
  std::string name;
  double value;
  Fields labels;
};

class FakeCore {
 public:
  explicit FakeCore(Loop& loop) : loop_{loop} { loop.core = this; }

  std::vector<LogLine> logs;
  std::vector<Sample> samples;

  /// Sum of the values recorded under that name.
  double total(std::string_view name) const {
    double sum = 0;
    for (const auto& s : samples)
      if (s.name == name) sum += s.value;
    return sum;
  }
  bool logged(std::string_view part) const {
    return std::any_of(logs.begin(), logs.end(),
                       [&](const auto& l) { return l.text.find(part) != std::string::npos; });
  }

  /// Sets or rotates a secret; every watcher hears of it.
  void set_secret(const std::string& name, std::string value) {
    const std::lock_guard lock{loop_.mutex};
    secrets_[name] = std::move(value);
    for (const auto& [token, watched] : watchers_)
      if (watched == name) queue_secret(token, name);
  }

  // Operations ------------------------------------------------------------------------------------

  struct Op {
    std::optional<Outcome> outcome;
    bool refused = false;  // the call returned an error: nothing is owed
    std::string user, herald_id;
  };

  herald_op begin(std::string user = {}, std::string herald_id = {}) {
    const std::lock_guard lock{loop_.mutex};
    ops_[++last_op_] = {{}, false, std::move(user), std::move(herald_id)};
    return last_op_;
  }
  void refused(herald_op op) {
    const std::lock_guard lock{loop_.mutex};
    ops_[op].refused = true;
  }
  Op* find(herald_op op) {
    const auto it = ops_.find(op);
    return it == ops_.end() ? nullptr : &it->second;
  }
  herald_status complete(herald_op op, Outcome outcome) {
    const std::lock_guard lock{loop_.mutex};
    auto* found = find(op);
    if (found == nullptr) {
      loop_.violation("complete() of an operation that does not exist: " + std::to_string(op));
      return HERALD_E_STATE;
    }
    if (found->outcome || found->refused) {
      loop_.violation("complete() of operation " + std::to_string(op) + " a second time");
      return HERALD_E_STATE;
    }
    if (outcome.result < HERALD_DELIVERED || outcome.result > HERALD_UNKNOWN) {
      loop_.violation("complete() with a result that does not exist");
      return HERALD_E_INVALID;
    }
    found->outcome = std::move(outcome);
    return HERALD_OK;
  }
  /// Called when stop() has returned.
  void check_all_answered() {
    const std::lock_guard lock{loop_.mutex};
    for (const auto& [op, state] : ops_)
      if (!state.outcome && !state.refused)
        loop_.violation("operation " + std::to_string(op) + " was never completed");
  }

  // Timers ----------------------------------------------------------------------------------------

  /// Moves the clock; `fired` runs after each timer that became due, in order of time.
  template <class F>
  void advance(int64_t ms, F&& fired) {
    const auto end = loop_.now_unix_ms() + ms;
    while (fire_next(end)) fired();
    loop_.set_now(end);
  }
  std::size_t timers() const { return timers_.size(); }

  static const herald_host_core* table() {
    static constexpr herald_host_core t{
        sizeof t,
        0,
        [](const herald_host*, uint32_t) -> int32_t { return 1; },
        [](const herald_host* h, uint32_t level, herald_str text, herald_kvs fields) {
          auto& loop = Loop::of(h);
          if (loop.enter("log") != HERALD_OK) return;
          const std::lock_guard lock{loop.mutex};
          loop.core->logs.push_back({level, v1::text(text), v1::detail::fields(fields)});
        },
        [](const herald_host* h) -> int64_t { return Loop::of(h).now_unix_ms(); },
        [](const herald_host* h, herald_op op, const herald_outcome* o) -> herald_status {
          if (const auto s = Loop::of(h).enter("complete"); s != HERALD_OK) return s;
          return Loop::of(h).core->complete(
              op, {static_cast<herald_result>(o->result), static_cast<herald_reason>(o->reason),
                   o->retry_after_ms, text(o->provider_id), text(o->detail),
                   v1::detail::fields(o->output)});
        },
        [](const herald_host* h, herald_token token) -> herald_status {
          if (const auto s = Loop::of(h).enter("post"); s != HERALD_OK) return s;
          Loop::of(h).queue(
              [=](const Loop::Send& send) { send(Loop::event(HERALD_EV_POSTED, token)); });
          return HERALD_OK;
        },
        [](const herald_host* h, herald_token token, uint64_t delay, uint64_t period) {
          if (const auto s = Loop::of(h).enter("timer_start"); s != HERALD_OK) return s;
          return Loop::of(h).core->start_timer(token, delay, period);
        },
        [](const herald_host* h, herald_token token) {
          if (const auto s = Loop::of(h).enter("timer_stop"); s != HERALD_OK) return s;
          const std::lock_guard lock{Loop::of(h).mutex};
          return Loop::of(h).core->timers_.erase(token) != 0 ? herald_status{HERALD_OK}
                                                             : herald_status{HERALD_E_STATE};
        },
        [](const herald_host* h, herald_token token, herald_str name) {
          if (const auto s = Loop::of(h).enter("secret_watch"); s != HERALD_OK) return s;
          auto& core = *Loop::of(h).core;
          const std::lock_guard lock{Loop::of(h).mutex};
          core.watchers_[token] = text(name);
          core.queue_secret(token, text(name));
          return herald_status{HERALD_OK};
        }};
    return &t;
  }
  static const herald_host_metrics* metrics_table() {
    static constexpr herald_host_metrics t{
        sizeof t, 0,
        [](const herald_host* h, herald_token metric, uint32_t, herald_str name, herald_str) {
          if (const auto s = Loop::of(h).enter("define"); s != HERALD_OK) return s;
          const std::lock_guard lock{Loop::of(h).mutex};
          Loop::of(h).core->metrics_[metric] = text(name);
          return herald_status{HERALD_OK};
        },
        [](const herald_host* h, herald_token metric, double value, herald_kvs labels) {
          if (const auto s = Loop::of(h).enter("record"); s != HERALD_OK) return s;
          auto& core = *Loop::of(h).core;
          const std::lock_guard lock{Loop::of(h).mutex};
          const auto it = core.metrics_.find(metric);
          if (it == core.metrics_.end()) return herald_status{HERALD_E_STATE};
          core.samples.push_back({it->second, value, v1::detail::fields(labels)});
          return herald_status{HERALD_OK};
        }};
    return &t;
  }

 private:
  struct TimerState {
    int64_t due;
    uint64_t period, order;
  };

  herald_status start_timer(herald_token token, uint64_t delay, uint64_t period) {
    const std::lock_guard lock{loop_.mutex};
    timers_[token] = {loop_.now_unix_ms() + static_cast<int64_t>(delay), period, ++timer_order_};
    return HERALD_OK;
  }
  bool fire_next(int64_t end) {
    const std::lock_guard lock{loop_.mutex};
    const auto first = std::min_element(timers_.begin(), timers_.end(), [](auto& a, auto& b) {
      return std::pair{a.second.due, a.second.order} < std::pair{b.second.due, b.second.order};
    });
    if (first == timers_.end() || first->second.due > end) return false;
    const auto token = first->first;
    loop_.set_now(std::max(first->second.due, loop_.now_unix_ms()));
    if (first->second.period == 0)
      timers_.erase(first);
    else
      first->second.due += static_cast<int64_t>(first->second.period);
    loop_.queue([=](const Loop::Send& send) { send(Loop::event(HERALD_EV_TIMER, token)); });
    return true;
  }
  void queue_secret(herald_token token, const std::string& name) {
    const auto it = secrets_.find(name);
    const bool known = it != secrets_.end();
    loop_.queue([=, value = known ? it->second : std::string{}](const Loop::Send& send) {
      auto ev = Loop::event(HERALD_EV_SECRET, token, known ? HERALD_OK : HERALD_E_NOT_FOUND);
      ev.u.bytes = str(value);
      send(ev);
    });
  }

  Loop& loop_;
  std::map<herald_op, Op> ops_;
  herald_op last_op_ = 0;
  std::map<herald_token, TimerState> timers_;
  uint64_t timer_order_ = 0;
  std::map<std::string, std::string> secrets_;
  std::map<herald_token, std::string> watchers_;
  std::map<herald_token, std::string> metrics_;
};

}  // namespace herald::testing
#pragma GCC visibility pop
