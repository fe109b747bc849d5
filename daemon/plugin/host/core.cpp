#include <algorithm>

#include "base/text.hpp"
#include "plugin/host/side.hpp"
#include "plugin/outcome.hpp"
#include "plugin/text.hpp"

// herald.host.core/1: log, clock, completion, the way back to the strand, timers, secrets.
namespace herald::plugin {

namespace {

constexpr std::size_t kMaxTimers = 1'024, kMaxSecrets = 64, kMaxLine = 4'096, kMaxFields = 16;
constexpr uint32_t kMaxPosts = 4'096;
// Longer delays overflow nothing: a year of milliseconds.
constexpr uint64_t kMaxDelay = 365ULL * 24 * 3600 * 1000;

base::LogLevel level_of(uint32_t level) {
  switch (level) {
    case HERALD_LOG_TRACE:
      return base::LogLevel::trace;
    case HERALD_LOG_DEBUG:
      return base::LogLevel::debug;
    case HERALD_LOG_INFO:
      return base::LogLevel::info;
    case HERALD_LOG_WARN:
      return base::LogLevel::warning;
    default:
      return base::LogLevel::error;
  }
}

int32_t log_enabled(const herald_host* host, uint32_t level) noexcept {
  if (host == nullptr || host->impl == nullptr) return 0;
  const auto& side = *static_cast<Side*>(host->impl);
  return side.open() && side.ports.log.enabled(level_of(level)) ? 1 : 0;
}

void say_suppressed(Side& side, uint64_t lines) {
  if (lines == 0) return;
  side.ports.log.warning("plugin.log_suppressed",
                         "suppressed " + std::to_string(lines) + " lines of this plugin",
                         {{"instance", side.name()}});
}

void write_line(Side& side, uint32_t level, herald_str text, herald_kvs raw_fields) {
  const auto verdict = side.log_gate.ask(side.runtime.clock.mono());
  say_suppressed(side, verdict.suppressed);
  if (verdict.first) {
    // The line about suppressed lines must come even when the plugin falls silent.
    side.runtime.alarms.after(std::chrono::seconds{1}, [weak = side.weak_from_this()] {
      if (const auto self = weak.lock()) say_suppressed(*self, self->log_gate.flush());
    });
  }
  if (!verdict.pass) return;
  std::vector<std::string> keys;
  std::vector<base::LogField> fields{{"instance", side.name()}, {"plugin", side.spec.plugin}};
  const auto count =
      raw_fields.data == nullptr ? 0 : std::min<uint64_t>(raw_fields.size, kMaxFields);
  keys.reserve(count);
  for (uint64_t i = 0; i < count; ++i) {
    keys.push_back("plugin." +
                   note_of(raw_fields.data[i].key, 64));  // never one of the daemon's own fields
    fields.push_back({keys.back(), note_of(raw_fields.data[i].value, 1024)});
  }
  side.ports.log.write(level_of(level), "plugin.log", note_of(text, kMaxLine), fields);
}

void log(const herald_host* host, uint32_t level, herald_str text, herald_kvs fields) noexcept {
  on_side(host, "log", [&](Side& side) {
    if (side.ports.log.enabled(level_of(level))) write_line(side, level, text, fields);
    return HERALD_OK;
  });
}

int64_t now_unix_ms(const herald_host* host) noexcept {
  if (host == nullptr || host->impl == nullptr) return 0;
  const auto& side = *static_cast<Side*>(host->impl);
  return side.open() ? base::unix_ms(side.runtime.clock.now()) : 0;
}

herald_status complete_late(Side& side, const OpTable::Past& past, Ended ended) {
  if (past.claim != OpTable::Claim::late)
    side.misbehaved("double_completion", "completed an operation that was answered already");
  if (past.kind == Op::Kind::deliver) side.report_late(past.attempt_id, ended.outcome);
  return past.claim == OpTable::Claim::late ? HERALD_OK : HERALD_E_STATE;
}

herald_status complete(const herald_host* host, herald_op op, const herald_outcome* raw) noexcept {
  return on_side(host, "complete", [&](Side& side) -> herald_status {
    auto open = side.ops.peek(op);
    std::string complaint;
    auto ended = read_outcome(raw, open ? *open : Op{}, complaint);
    if (!complaint.empty()) side.misbehaved("bad_outcome", "complete() with " + complaint);
    if (!ended) {
      side.misbehaved("bad_outcome", "complete() with " + ended.error().message);
      return HERALD_E_INVALID;
    }
    const auto past = side.ops.claim(op);
    switch (past.claim) {
      case OpTable::Claim::unknown:
        side.misbehaved("unknown_operation", "completed an operation that does not exist");
        return HERALD_E_STATE;
      case OpTable::Claim::busy:
        side.misbehaved("double_completion",
                        "completed an operation that an inbox append is answering");
        return HERALD_E_STATE;
      case OpTable::Claim::answered:
      case OpTable::Claim::late:
        return complete_late(side, past, std::move(*ended));
      case OpTable::Claim::ok:
        break;
    }
    // Inside its own call: what the call returns may still explain an answer.
    if (t_entered_op == op) {
      if (side.ops.stash(op, *ended)) return HERALD_OK;
    } else if (side.finish(op, *ended)) {
      return HERALD_OK;
    }
    return complete_late(side, side.ops.claim(op), std::move(*ended));
  });
}

herald_status post(const herald_host* host, herald_token token) noexcept {
  return on_side(host, "post", [&](Side& side) -> herald_status {
    if (token == 0) return HERALD_E_INVALID;
    if (side.queued_posts.fetch_add(1) >= kMaxPosts) {
      --side.queued_posts;
      return HERALD_E_LIMIT;
    }
    auto e = event(HERALD_EV_POSTED, token);
    e.wanted = [&side] {  // the event's closure keeps the side alive
      --side.queued_posts;
      return true;
    };
    side.send(std::move(e));
    return HERALD_OK;
  });
}

void arm(const std::shared_ptr<Side>& side, herald_token token, uint64_t generation,
         base::Duration delay);

void fire(const std::shared_ptr<Side>& side, herald_token token, uint64_t generation) {
  const auto due = side->held.with([&](Held& h) {
    const auto it = h.timers.find(token);
    if (it == h.timers.end() || it->second.generation != generation)
      return std::pair{false, base::Duration{}};
    return std::pair{!std::exchange(it->second.queued, true), it->second.period};
  });
  if (due.first) {
    auto e = event(HERALD_EV_TIMER, token);
    e.wanted = [weak = std::weak_ptr{side}, token, generation] {
      const auto self = weak.lock();
      return self && self->held.with([&](Held& h) {
        const auto it = h.timers.find(token);
        if (it == h.timers.end() || it->second.generation != generation) return false;
        it->second.queued = false;
        if (it->second.period.count() == 0) h.timers.erase(it);
        return true;
      });
    };
    side->send(std::move(e));
  }
  if (due.second.count() != 0) arm(side, token, generation, due.second);
}

void arm(const std::shared_ptr<Side>& side, herald_token token, uint64_t generation,
         base::Duration delay) {
  const auto alarm =
      side->runtime.alarms.after(delay, [weak = std::weak_ptr{side}, token, generation] {
        if (const auto self = weak.lock()) fire(self, token, generation);
      });
  const bool kept = side->held.with([&](Held& h) {
    const auto it = h.timers.find(token);
    if (it == h.timers.end() || it->second.generation != generation) return false;
    it->second.alarm = alarm;
    return true;
  });
  if (!kept) side->runtime.alarms.cancel(alarm);
}

herald_status timer_start(const herald_host* host, herald_token token, uint64_t delay_ms,
                          uint64_t period_ms) noexcept {
  return on_side(host, "timer_start", [&](Side& side) -> herald_status {
    if (token == 0 || delay_ms > kMaxDelay || period_ms > kMaxDelay) return HERALD_E_INVALID;
    uint64_t generation = 0, old = 0;
    side.held.with([&](Held& h) {
      const auto it = h.timers.find(token);
      if (h.closed || (it == h.timers.end() && h.timers.size() >= kMaxTimers)) return;
      if (it != h.timers.end()) old = it->second.alarm;
      generation = ++h.timer_generation;
      h.timers[token] = {0, generation, std::chrono::milliseconds{period_ms}, false};
    });
    if (generation == 0) return HERALD_E_LIMIT;
    side.runtime.alarms.cancel(old);
    arm(side.shared_from_this(), token, generation, std::chrono::milliseconds{delay_ms});
    return HERALD_OK;
  });
}

herald_status timer_stop(const herald_host* host, herald_token token) noexcept {
  return on_side(host, "timer_stop", [&](Side& side) -> herald_status {
    const auto alarm = side.held.with([&](Held& h) -> std::optional<uint64_t> {
      const auto it = h.timers.find(token);
      if (it == h.timers.end()) return std::nullopt;
      const auto id = it->second.alarm;
      h.timers.erase(it);
      return id;
    });
    if (!alarm) return HERALD_E_STATE;
    side.runtime.alarms.cancel(*alarm);
    return HERALD_OK;
  });
}

void secret_changed(const std::weak_ptr<Side>& weak, herald_token token,
                    base::Result<std::string> value) {
  const auto self = weak.lock();
  if (!self) return;
  auto e = event(HERALD_EV_SECRET, token, value ? HERALD_OK : status_of(value.error().code));
  e.bytes = value ? std::move(*value) : value.error().message;
  self->send(std::move(e));
}

herald_status secret_watch(const herald_host* host, herald_token token,
                           herald_str raw_name) noexcept {
  return on_side(host, "secret_watch", [&](Side& side) -> herald_status {
    const auto name = text_of(raw_name, 256);
    if (token == 0 || !name || name->empty()) return HERALD_E_INVALID;
    const auto granted = side.spec.secrets.find(*name);
    if (granted == side.spec.secrets.end()) {
      auto e = event(HERALD_EV_SECRET, token, HERALD_E_DENIED);
      e.bytes = "secret " + base::escape_control(*name) +
                " is not granted to this instance; name it under secrets: of the channel";
      side.send(std::move(e));
      return HERALD_OK;
    }
    const bool room = side.held.with([&](Held& h) {
      return !h.closed && h.secrets.size() < kMaxSecrets && h.secrets.emplace(token, 0).second;
    });
    if (!room) return HERALD_E_LIMIT;
    const auto handle = side.ports.secrets.watch(granted->second,
                                                 [weak = side.weak_from_this(), token](auto value) {
                                                   secret_changed(weak, token, std::move(value));
                                                 });
    const bool kept = side.held.with([&](Held& h) {
      if (h.closed) return false;
      h.secrets[token] = handle;
      return true;
    });
    if (!kept) side.ports.secrets.unwatch(handle);
    return HERALD_OK;
  });
}

}  // namespace

const herald_host_core* core_table() {
  static const herald_host_core table{
      sizeof table, 0,     &log_enabled, &log,        &now_unix_ms,
      &complete,    &post, &timer_start, &timer_stop, &secret_watch};
  return &table;
}

}  // namespace herald::plugin
