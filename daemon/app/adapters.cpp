#include "app/adapters.hpp"

#include "delivery/repeats.hpp"

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
  define(MetricKind::counter, "herald_gated_total",
         "Attempts held by a gate, by channel and reason.");
  define(MetricKind::gauge, "herald_breaker_open",
         "1 while a channel's breaker keeps work away from it, by channel.");
  define(MetricKind::counter, "herald_repeats_total",
         "Attempts that may have told a person twice, by channel and what came before: the "
         "same_channel, or an other_channel that left without a word.");
  define(MetricKind::counter, "herald_receipts_total", "Later news about attempts, by kind.");
  define(MetricKind::counter, "herald_troubles_total", "Failures of the daemon itself, by event.");
  define(MetricKind::counter, "herald_webhooks_total",
         "Messages to producers' webhooks, by webhook and result.");
  define(MetricKind::histogram, "herald_first_evidence_seconds",
         "From the moment a submission was read to the first accepted attempt, by channel.");
  define(MetricKind::histogram, "herald_first_attempt_seconds",
         "From the commit of an acceptance to that of its first attempt's outcome, by channel.");
}

void Watcher::accepted(const model::Notification& notification) {
  need_.metrics.record("herald_accepted_total", 1, {{"kind", notification.head.kind}});
}

void Watcher::attempted(model::Duration after, const std::string& channel) {
  need_.metrics.record("herald_first_attempt_seconds", std::chrono::duration<double>(after).count(),
                       {{"channel", channel}});
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
    } else if (const auto* gated = std::get_if<model::event::Gated>(&event)) {
      if (p.state == model::State::trying && p.reason == gated->reason)
        need_.metrics.record("herald_gated_total", 1,
                             {{"channel", n.head.chain->steps.at(p.step).channel},
                              {"reason", std::string{to_string(gated->reason)}}});
    } else if (const auto* receipt = std::get_if<model::event::Receipt>(&event)) {
      need_.metrics.record("herald_receipts_total", 1,
                           {{"kind", std::string{to_string(receipt->kind)}}});
    }
  }
  count_repeats(applied);
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
  if (need_.nodes != nullptr) need_.nodes->tell({store::Word::Kind::journal, {}, 0});
}

void Watcher::count_repeats(const store::Applied& applied) {
  const auto& p = applied.notification.progress;
  for (auto i = applied.attempts_before; i < p.attempts.size(); ++i) {
    const auto repeat = delivery::repeat_of(p, i);
    if (repeat == delivery::Repeat::no) continue;
    const auto& channel = p.attempts[i].channel;
    need_.metrics.record("herald_repeats_total", 1,
                         {{"channel", channel}, {"after", std::string{to_string(repeat)}}});
    repeats_.with([&](auto& all) {
      auto& counts = all[channel];
      ++(repeat == delivery::Repeat::same_channel ? counts.same_channel : counts.other_channel);
    });
  }
}

std::map<std::string, Watcher::Repeats> Watcher::repeats() const {
  return repeats_.with([](const auto& all) { return all; });
}

void Watcher::inbox_changed(model::UserId user, int64_t seq) { need_.inbox.changed(user, seq); }

void Watcher::breaker(const std::string& channel, bool open) {
  need_.metrics.record("herald_breaker_open", open ? 1 : 0, {{"channel", channel}});
  if (open)
    need_.log.warning("channel.breaker_open",
                      "a channel fails; it is left by all until a probe succeeds",
                      {{"channel", channel}});
  else
    need_.log.info("channel.breaker_closed", "a channel works again", {{"channel", channel}});
}

void Watcher::trouble(std::string_view event, std::string_view text, std::string_view id) {
  need_.metrics.record("herald_troubles_total", 1, {{"event", std::string{event}}});
  need_.log.error(event, text, {{"id", std::string{id}}});
}

}  // namespace herald::app
