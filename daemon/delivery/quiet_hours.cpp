#include "delivery/quiet_hours.hpp"

#include <date/tz.h>

#include <stdexcept>

namespace herald::delivery {
namespace {

const date::time_zone* zone_or_utc(std::string_view name) {
  try {
    return date::locate_zone(name);
  } catch (const std::runtime_error&) {
    return date::locate_zone("Etc/UTC");
  }
}

}  // namespace

std::optional<base::TimePoint> quiet_until(const model::QuietHours& hours, std::string_view zone,
                                           base::TimePoint now) {
  if (!hours.any()) return std::nullopt;
  const auto* there = zone_or_utc(zone);
  const auto local = there->to_local(now);
  const auto midnight = date::floor<date::days>(local);
  const auto time = local - midnight;
  const bool over_midnight = hours.to < hours.from;
  const bool evening = time >= hours.from, morning = time < hours.to;
  if (over_midnight ? !(evening || morning) : !(evening && morning)) return std::nullopt;
  const auto end = midnight + date::days{over_midnight && evening ? 1 : 0} + hours.to;
  const auto first = there->to_sys(end, date::choose::earliest);
  if (first > now) return first;
  return std::max(base::TimePoint{there->to_sys(end, date::choose::latest)},
                  now + base::Duration{1});
}

}  // namespace herald::delivery
