#include "gate_judge.hpp"

#include <algorithm>

namespace herald::simulator {

using namespace std::chrono_literals;
using model::OutcomeKind;

namespace {

/// A slow disk, a commit that fails five times, a template that takes its time.
constexpr Duration kLongestWay = 60s;
/// R8.
constexpr Duration kBreakerOpen = 30s;
constexpr unsigned kFailuresInARow = 5;

/// Whether these hours hold at that time of day.
bool hold(const model::QuietHours& hours, model::TimePoint wall, const std::string& zone) {
  const auto there = (wall.time_since_epoch() + from_utc(zone)) % std::chrono::hours{24};
  if (hours.from == hours.to) return false;
  if (hours.from < hours.to) return there >= hours.from && there < hours.to;
  return there >= hours.from || there < hours.to;
}

}  // namespace

GateJudge::GateJudge(const Stage& stage, const Truth& truth)
    : stage_{stage}, truth_{truth}, way_{stage.scenario.instant ? Duration{1} : kLongestWay} {}

void GateJudge::breaks(const std::string& rule, const Call& call, const std::string& what) {
  broken_.push_back(rule + ": " + call.attempt.substr(10) + " on " + call.channel + " " + what);
}

std::vector<std::string> GateJudge::judge() {
  for (const auto& call : truth_.calls) {
    if (call.answer) continue;
    paused(call);
    quiet(call);
  }
  rates();
  if (stage_.scenario.instant) breakers();
  return std::move(broken_);
}

void GateJudge::paused(const Call& call) {
  const auto it = truth_.pauses.find(call.channel);
  if (it == truth_.pauses.end()) return;
  auto since = base::MonoPoint::max();
  for (const auto& known : it->second) {
    if (known.at > call.at) break;
    if (known.is != PauseKnown::Is::paused)
      since = base::MonoPoint::max();
    else if (since == base::MonoPoint::max())
      since = known.at;
  }
  if (since < call.at && call.at - since >= way_)
    breaks("R17 pause", call,
           "though it was paused " + base::to_string(call.at - since) + " before");
}

void GateJudge::quiet(const Call& call) {
  const auto& scenario = stage_.scenario;
  if (!scenario.channels.at(call.channel).info.disturbs || call.priority == model::Priority::urgent)
    return;
  const auto limits = scenario.gates.channels.find(call.channel);
  const auto own =
      limits == scenario.gates.channels.end() ? std::nullopt : limits->second.quiet_hours;
  const auto zone = scenario.zones.find(call.user);
  const auto holds = [&](model::TimePoint wall) {
    return hold(own.value_or(scenario.gates.quiet_hours), wall,
                zone == scenario.zones.end() ? scenario.gates.time_zone : zone->second);
  };
  // At each wall clock time that the gates may have been asked at: back in time, past every time
  // that the clock was set.
  auto wall = call.wall;
  auto at = call.at;
  bool always = holds(wall);
  for (auto set = truth_.clock_set.rbegin(); always && set != truth_.clock_set.rend(); ++set) {
    if (set->at > call.at) continue;
    if (call.at - set->at > way_) break;
    wall -= at - set->at;
    always = always && holds(wall) && holds(wall - set->by);
    wall -= set->by;
    at = set->at;
  }
  if (always && holds(wall - (way_ - (call.at - at))))
    breaks("R17 quiet hours", call, "at " + base::to_iso8601(call.wall));
}

void GateJudge::rates() {
  struct Sent {
    std::vector<base::MonoPoint> all;
    std::map<model::UserId, std::vector<base::MonoPoint>> to;
  };
  // Gates are forgotten by a restart.
  std::map<std::pair<std::size_t, std::string>, Sent> lives;
  for (const auto& call : truth_.calls) {
    if (call.answer) continue;
    auto& sent = lives[{call.life, call.channel}];
    sent.all.push_back(call.at);
    sent.to[call.user].push_back(call.at);
  }
  for (const auto& [key, sent] : lives) {
    const auto it = stage_.scenario.gates.channels.find(key.second);
    if (it == stage_.scenario.gates.channels.end()) continue;
    const auto& limits = it->second;
    const auto in_a_second =
        limits.rate.limited() ? static_cast<unsigned>(1s / limits.rate.interval()) : 1;
    rate("channel " + key.second, limits.rate,
         limits.burst != 0 ? limits.burst : std::max(1U, in_a_second), sent.all);
    for (const auto& [user, to] : sent.to)
      rate("user " + std::to_string(user) + " on " + key.second, limits.recipient_rate,
           limits.recipient_burst, to);
  }
}

/// So many in any span of time: the burst, and what the rate gives in that span.
void GateJudge::rate(const std::string& whose, const model::Rate& rate, unsigned burst,
                     const std::vector<base::MonoPoint>& sent) {
  if (!rate.limited()) return;
  for (std::size_t i = 0; i < sent.size(); ++i)
    for (std::size_t j = i + burst; j < sent.size(); ++j) {
      const auto least = rate.interval() * static_cast<int64_t>(j - i + 1 - burst);
      if (sent[j] - sent[i] + way_ >= least) continue;
      broken_.push_back("R17 rate: " + whose + ": " + std::to_string(j - i + 1) + " in " +
                        base::to_string(sent[j] - sent[i]));
      return;
    }
}

void GateJudge::breakers() {
  struct Seen {
    std::size_t life = 0;
    base::MonoPoint opened{}, until{};
    unsigned failures = 0;
  };
  std::map<std::string, Seen> channels;
  for (const auto& call : truth_.calls) {
    auto& seen = channels[call.channel];
    if (seen.life != call.life) seen = {call.life, {}, {}, 0};
    if (!call.answer) {
      if (call.at > seen.opened && call.at < seen.until)
        breaks("R8 breaker", call,
               base::to_string(call.at - seen.opened) + " after the channel failed");
      continue;
    }
    if (truth_.items_refused.contains(call.attempt)) continue;
    switch (call.answer->kind) {
      case OutcomeKind::delivered:
      case OutcomeKind::accepted:
      case OutcomeKind::rejected:
        seen = {call.life, {}, {}, 0};
        continue;
      case OutcomeKind::channel_down:
        seen.failures = kFailuresInARow;
        break;
      default:
        if (call.answer->reason == model::Reason::cancelled_attempt || call.at < seen.until)
          continue;
        // A limit has its own pause: a channel that says so works.
        if (call.answer->reason == model::Reason::rate_limited) continue;
        ++seen.failures;
    }
    if (seen.failures < kFailuresInARow || call.at < seen.until) continue;
    seen.opened = call.at;
    seen.until = call.at + kBreakerOpen;
  }
}

}  // namespace herald::simulator
