// What stands before the attempts of a seed: rates, quiet hours, pauses; and which of them it has
// most of.
#include "scenario.hpp"

namespace herald::simulator {
namespace {

using namespace std::chrono_literals;

/// Of the daemon; people may have their own.
constexpr const char* kZone = "Africa/Douala";
/// When the simulator's first day begins, in kZone: VirtualClock.
constexpr std::chrono::minutes kMorning{10h + 16min};

model::Rate any_rate(Dice& dice, unsigned slow) {
  if (dice.percent(slow)) return {dice.from_to(1, 3), dice.between(5s, 40s)};
  return {dice.from_to(1, 5), 1s};
}

model::ChannelLimits any_limits(Dice& dice) {
  model::ChannelLimits limits;
  if (dice.percent(70)) {
    limits.rate = any_rate(dice, 60);
    limits.burst = dice.from_to(0, 4);
  }
  if (dice.percent(60)) {
    limits.recipient_rate = any_rate(dice, 90);
    limits.recipient_burst = dice.from_to(1, 3);
  }
  return limits;
}

/// They begin, or end, while the seed plays.
model::QuietHours any_quiet_hours(Dice& dice) {
  model::QuietHours hours;
  hours.from = kMorning + std::chrono::minutes{dice.from_to(0, 8)} - 3min;
  hours.to = hours.from + std::chrono::minutes{dice.from_to(1, 12)};
  // All day but for a while.
  if (dice.percent(15)) std::swap(hours.from, hours.to);
  return hours;
}

void add_limits(Dice& dice, Scenario& s, unsigned percent) {
  for (const auto* name : {"chat", "phone", "mail"})
    if (dice.percent(percent)) s.gates.channels[name] = any_limits(dice);
}

void add_quiet_hours(Dice& dice, Scenario& s) {
  s.gates.quiet_hours = any_quiet_hours(dice);
  s.channels["phone"].info.disturbs = true;
  s.channels["mail"].info.disturbs = dice.percent(50);
  s.channels["chat"].info.disturbs = dice.percent(20);
  if (dice.percent(40)) s.gates.channels["phone"].quiet_hours = any_quiet_hours(dice);
  for (unsigned user = 1; user <= s.users; ++user)
    if (dice.percent(40))
      s.zones[user] = dice.any({kZone, "Europe/Paris", "Asia/Kolkata", "America/New_York"});
}

}  // namespace

void make_theme(Dice& dice, Scenario& s) {
  s.gates.time_zone = kZone;
  s.theme = dice.any({Theme::everyday, Theme::everyday, Theme::everyday, Theme::limits,
                      Theme::pauses, Theme::quiet, Theme::clock, Theme::redrives});
  s.pauses = dice.percent(30) ? dice.from_to(1, 3) : 0;
  s.redrives = dice.from_to(0, 3);
  s.clock_steps = dice.percent(6) ? 1 : 0;
  switch (s.theme) {
    case Theme::everyday:
      if (dice.percent(15)) add_limits(dice, s, 40);
      if (dice.percent(10)) add_quiet_hours(dice, s);
      break;
    case Theme::limits:
      add_limits(dice, s, 80);
      break;
    case Theme::pauses:
      s.pauses = dice.from_to(4, 16);
      break;
    case Theme::quiet:
      add_quiet_hours(dice, s);
      s.clock_steps = dice.from_to(0, 2);
      break;
    case Theme::clock:
      s.clock_steps = dice.from_to(1, 3);
      if (dice.percent(50)) add_quiet_hours(dice, s);
      break;
    case Theme::redrives:
      s.redrives = dice.from_to(6, 20);
      break;
  }
  s.instant = s.theme != Theme::everyday && dice.percent(40);
  // A pause that is over meets what is being recorded meanwhile.
  if (s.theme == Theme::pauses) s.slow = dice.from_to(10, 60);
  if (!s.instant) return;
  s.slow = 0;
  s.store_failures = 0;
}

Duration from_utc(const std::string& zone) {
  if (zone == "Asia/Kolkata") return 5h + 30min;
  if (zone == "America/New_York") return -5h;
  return 1h;  // kZone, and Europe/Paris in winter
}

}  // namespace herald::simulator
