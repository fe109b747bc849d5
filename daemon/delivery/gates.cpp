#include "delivery/gates.hpp"

#include <algorithm>

#include "base/faults.hpp"
#include "delivery/quiet_hours.hpp"

namespace herald::delivery {
namespace {

using model::OutcomeKind;
using model::Reason;

model::TimePoint on_the_wall(base::MonoPoint moment, const Moment& now) {
  return now.wall + (moment - now.mono);
}

Gates::Answer gated(Reason reason, model::TimePoint until) {
  return {Gates::Verdict::gated, reason, until, {}, {}};
}

}  // namespace

void Gates::configure(GateRules rules) {
  rules_ = std::move(rules);
  for (const auto& [name, limits] : rules_.channels) {
    auto& channel = channels_[name];
    channel.limits = limits;
    channel.line.set(limits.rate, limits.burst);
    for (auto& [user, recipient] : channel.recipients)
      recipient.gcra.set(limits.recipient_rate, limits.recipient_burst);
  }
  // Of a channel that is gone only the breaker may still be asked, by steps that name it.
  for (auto& [name, channel] : channels_)
    if (!rules_.channels.contains(name)) channel.line.set({}, 0);
}

const Gates::Channel* Gates::find(const std::string& channel) const {
  const auto it = channels_.find(channel);
  return it == channels_.end() ? nullptr : &it->second;
}

bool Gates::needs_time_zone(const Want& want) const {
  if (!want.disturbs || want.priority == model::Priority::urgent) return false;
  const auto it = rules_.channels.find(want.channel);
  const auto& own = it == rules_.channels.end() ? std::nullopt : it->second.quiet_hours;
  return own.value_or(rules_.quiet_hours).any();
}

/// Quiet hours first: they do not count against try_for, a pause does. The breaker last of the
/// three: a step that is held for another cause may find it closed when its time comes.
Gates::Answer Gates::stands_before(const Want& want, const Moment& now) const {
  if (needs_time_zone(want) && !HERALD_MUTANT("quiet_hours_ignored")) {
    const auto it = rules_.channels.find(want.channel);
    const auto& hours = it != rules_.channels.end() && it->second.quiet_hours
                            ? *it->second.quiet_hours
                            : rules_.quiet_hours;
    const auto& zone = want.time_zone.empty() ? rules_.time_zone : want.time_zone;
    if (const auto until = quiet_until(hours, zone, now.wall))
      return gated(Reason::quiet_hours, *until);
  }
  if (paused_.contains(want.channel) && !HERALD_MUTANT("pause_ignored"))
    return gated(Reason::paused, model::TimePoint::max());
  const auto* channel = find(want.channel);
  if (channel == nullptr || channel->breaker.lets(want.id, now.mono)) return {};
  const auto left = channel->breaker.until() - now.mono;
  return {Verdict::blocked,
          Reason::breaker_open,
          {},
          left.count() > 0
              ? "the channel failed lately; it is tried again in " +
                    base::to_string(std::chrono::ceil<std::chrono::seconds>(left))
              : "the channel failed lately and is being tried with another notification",
          {}};
}

Gates::Answer Gates::enter(const Want& want, const Moment& now) {
  auto answer = stands_before(want, now);
  if (answer.verdict == Verdict::open) channels_[want.channel].breaker.starts(want.id, now.mono);
  return answer;
}

base::MonoPoint Gates::recipient_free_at(const Channel& channel, const Want& want,
                                         base::MonoPoint now) const {
  const auto it = channel.recipients.find(want.user);
  if (!channel.limits.recipient_rate.limited() || it == channel.recipients.end()) return now;
  const auto& [gcra, promises] = it->second;
  const auto promised = promises.latest(want.priority);
  const bool behind = want.waited_for != Reason::recipient_limit && promised > now;
  return std::max(gcra.next(now), behind ? promised + gcra.interval() : now);
}

Gates::Answer Gates::ask(const Want& want, const Moment& now) const {
  auto answer = stands_before(want, now);
  const auto* channel = find(want.channel);
  if (answer.verdict != Verdict::open || channel == nullptr) return answer;
  if (const auto at = recipient_free_at(*channel, want, now.mono); at > now.mono)
    return gated(Reason::recipient_limit, on_the_wall(at, now));
  if (const auto at = channel->line.free_at(want.priority, now.mono); at > now.mono)
    return gated(Reason::channel_limit, on_the_wall(at, now));
  return answer;
}

Gates::Answer Gates::take(const Want& want, const Moment& now) {
  if (HERALD_MUTANT("limits_ignored")) return {};
  auto& channel = channels_[want.channel];
  const bool limited = channel.limits.recipient_rate.limited();
  if (const auto at = recipient_free_at(channel, want, now.mono); at > now.mono) {
    auto& recipient = channel.recipients[want.user];
    // Two that came back and find one moment: the second one's next moment is after the promises.
    const auto promised = recipient.promises.latest(want.priority);
    const auto until =
        promised > now.mono ? std::max(at, promised + recipient.gcra.interval()) : at;
    if (until - now.mono < want.may_wait) recipient.promises.promise(want.priority, until);
    return gated(Reason::recipient_limit, on_the_wall(until, now));
  }
  auto place =
      channel.line.come({want.id, want.priority, want.created,
                         want.waited_for == Reason::channel_limit, want.waited, want.may_wait},
                        now.mono);
  if (place.place == Line::Place::sent_away)
    return gated(Reason::channel_limit, on_the_wall(place.until, now));
  if (place.place == Line::Place::waits)
    return {Verdict::in_memory, Reason::channel_limit, {}, {}, std::move(place.displaced)};
  if (limited) {
    tidy(channel, now.mono);
    auto& recipient = channel.recipients[want.user];
    recipient.gcra.set(channel.limits.recipient_rate, channel.limits.recipient_burst);
    recipient.gcra.take(now.mono);
  }
  return {};
}

/// Forgets recipients that nothing holds any more, each time their number has doubled.
void Gates::tidy(Channel& channel, base::MonoPoint now) {
  if (channel.recipients.size() < channel.tidy_at) return;
  std::erase_if(channel.recipients, [&](const auto& r) {
    return r.second.gcra.idle(now) && r.second.promises.latest(model::Priority::low) <= now;
  });
  channel.tidy_at = std::max<std::size_t>(1024, channel.recipients.size() * 2);
}

void Gates::outcome(const std::string& channel, const std::string& id,
                    const model::Outcome& outcome, base::MonoPoint now) {
  auto& breaker = channels_[channel].breaker;
  if (HERALD_MUTANT("breaker_never_opens")) return;
  switch (outcome.kind) {
    case OutcomeKind::delivered:
    case OutcomeKind::accepted:
    case OutcomeKind::rejected:  // about the message: the channel itself answered
      return breaker.succeeded();
    case OutcomeKind::channel_down:
      return breaker.trip(now);
    case OutcomeKind::retry:
    case OutcomeKind::unknown:
      // An attempt that was called back says nothing about the channel.
      if (outcome.reason == Reason::cancelled_attempt) return breaker.gave_up(id);
      // A limit, perhaps of one person only, has its own pause: a channel that says so works.
      if (outcome.kind == OutcomeKind::retry && outcome.reason == Reason::rate_limited)
        return breaker.gave_up(id);
      return breaker.failed(now);
  }
}

void Gates::trip(const std::string& channel, base::MonoPoint now) {
  channels_[channel].breaker.trip(now);
}

void Gates::forget(const std::string& channel, const std::string& id) {
  const auto it = channels_.find(channel);
  if (it == channels_.end()) return;
  it->second.breaker.gave_up(id);
  it->second.line.leave(id);
}

base::MonoPoint Gates::call_at(const std::string& channel, base::MonoPoint now) const {
  const auto* found = find(channel);
  return found == nullptr ? base::MonoPoint::max() : found->line.call_at(now);
}

std::string Gates::call(const std::string& channel, base::MonoPoint now) {
  const auto it = channels_.find(channel);
  return it == channels_.end() ? std::string{} : it->second.line.call(now);
}

void Gates::pause(store::Pause pause) {
  auto name = pause.channel;
  paused_.insert_or_assign(std::move(name), std::move(pause));
}

void Gates::resume(const std::string& channel) { paused_.erase(channel); }

std::set<std::string> Gates::paused() const {
  std::set<std::string> out;
  for (const auto& [channel, pause] : paused_) out.insert(channel);
  return out;
}

Gates::View Gates::view(const std::string& channel, base::MonoPoint now) const {
  View out;
  if (const auto it = paused_.find(channel); it != paused_.end()) out.paused = it->second;
  const auto* found = find(channel);
  if (found == nullptr) return out;
  out.breaker = found->breaker.state(now);
  if (out.breaker == Breaker::State::open) out.probe_in = found->breaker.until() - now;
  out.waiting = found->line.waiting();
  out.limits = found->limits;
  return out;
}

}  // namespace herald::delivery
