#include "app/adapters.hpp"

namespace herald::app {

void KvAdapter::get(std::string instance, std::string key, plugin::Done<plugin::KvValue> done) {
  store_.kv_get(std::move(instance), std::move(key),
                [done = std::move(done)](base::Result<store::KvEntry> entry) {
                  if (!entry) return done(entry.error());
                  done(plugin::KvValue{std::move(entry->value), entry->version});
                });
}

void KvAdapter::put(std::string instance, std::string key, std::string value,
                    base::TimePoint expires, uint64_t if_version, plugin::Done<uint64_t> done) {
  store_.kv_put(std::move(instance), std::move(key), std::move(value), expires, if_version,
                std::move(done));
}

void KvAdapter::remove(std::string instance, std::string key, plugin::Done<bool> done) {
  store_.kv_remove(std::move(instance), std::move(key),
                   [done = std::move(done)](base::Result<store::Nothing> gone) {
                     if (gone)
                       done(true);
                     else
                       done(gone.error());
                   });
}

base::Result<void> MetricsAdapter::define(Kind kind, std::string name, std::string help) {
  const auto ours = kind == Kind::counter ? telemetry::MetricKind::counter
                    : kind == Kind::gauge ? telemetry::MetricKind::gauge
                                          : telemetry::MetricKind::histogram;
  return metrics_.define(ours, name, help);
}

void MetricsAdapter::record(const std::string& name, double value, const Labels& labels) {
  metrics_.record(name, value, labels);
}

Watcher::Watcher(Needs needs) : need_{needs} {
  using telemetry::MetricKind;
  const auto define = [this](MetricKind kind, std::string_view name, std::string_view help) {
    if (auto done = need_.metrics.define(kind, name, help); !done)
      throw std::logic_error(done.error().message);
  };
  define(MetricKind::counter, "herald_accepted_total", "Notifications accepted durably, by kind.");
  define(MetricKind::counter, "herald_attempts_total",
         "Attempts that ended, by channel, outcome and reason.");
  define(MetricKind::counter, "herald_endings_total",
         "Notifications that reached an ending, by state.");
  define(MetricKind::counter, "herald_steps_left_total",
         "Steps left for the next one, by channel and reason.");
  define(MetricKind::counter, "herald_receipts_total", "Later news about attempts, by kind.");
  define(MetricKind::counter, "herald_troubles_total", "Failures of the daemon itself, by event.");
  define(MetricKind::counter, "herald_webhooks_total",
         "Messages to producers' webhooks, by webhook and result.");
  define(MetricKind::histogram, "herald_first_evidence_seconds",
         "From acceptance to the first accepted attempt, by channel.");
}

void Watcher::accepted(const model::Notification& notification) {
  need_.metrics.record("herald_accepted_total", 1, {{"kind", notification.head.kind}});
}

void Watcher::recorded(const store::Applied& applied, const std::vector<model::Event>& events) {
  const auto& n = applied.notification;
  const auto& p = n.progress;
  for (const auto& event : events) {
    if (const auto* done = std::get_if<model::event::Completed>(&event)) {
      for (const auto& a : p.attempts)
        if (model::ref(a) == done->attempt)
          need_.metrics.record("herald_attempts_total", 1,
                               {{"channel", a.channel},
                                {"outcome", std::string{to_string(done->outcome.kind)}},
                                {"reason", std::string{to_string(done->outcome.reason)}}});
    } else if (const auto* receipt = std::get_if<model::event::Receipt>(&event)) {
      need_.metrics.record("herald_receipts_total", 1,
                           {{"kind", std::string{to_string(receipt->kind)}}});
    }
  }
  if (applied.evidence_before == model::Evidence::none &&
      p.best_evidence() != model::Evidence::none && !p.attempts.empty())
    need_.metrics.record("herald_first_evidence_seconds",
                         std::chrono::duration<double>(need_.clock.now() - n.head.created).count(),
                         {{"channel", p.attempts.back().channel}});
  if (model::is_ended(p.state) && p.state != applied.before) {
    need_.metrics.record("herald_endings_total", 1, {{"state", std::string{to_string(p.state)}}});
    if (p.state == model::State::undelivered)
      need_.log.warning(
          "notification.undelivered", "a notification ended undelivered; see heraldctl show",
          {{"id", n.head.id}, {"kind", n.head.kind}, {"reason", std::string{to_string(p.reason)}}});
  }
  need_.feed.grown();
}

void Watcher::inbox_changed(model::UserId user, int64_t seq) { need_.inbox.changed(user, seq); }

void Watcher::trouble(std::string_view event, std::string_view text, std::string_view id) {
  need_.metrics.record("herald_troubles_total", 1, {{"event", std::string{event}}});
  need_.log.error(event, text, {{"id", std::string{id}}});
}

}  // namespace herald::app
