#include "ctl/times.hpp"

#include <time.h>

#include <array>
#include <chrono>

namespace herald::ctl {
namespace {

using base::Duration;
using base::TimePoint;

/// True when the text ends in Z or an offset.
bool has_zone(std::string_view text) {
  const auto time = text.find_first_of("Tt ");
  return time != std::string_view::npos &&
         text.find_first_of("Zz+-", time) != std::string_view::npos;
}

/// The same figures read as local time.
TimePoint as_local(TimePoint utc) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(utc);
  const time_t t = std::chrono::system_clock::to_time_t(seconds);
  tm figures{};
  ::gmtime_r(&t, &figures);
  figures.tm_isdst = -1;
  return base::from_unix_us(static_cast<int64_t>(::mktime(&figures)) * 1'000'000) + (utc - seconds);
}

}  // namespace

std::optional<TimePoint> parse_time(std::string_view typed, TimePoint now) {
  if (typed.starts_with('+')) {
    const auto d = base::parse_duration(typed.substr(1));
    if (!d) return std::nullopt;
    return now + *d;
  }
  const auto at = base::parse_iso8601(typed);
  if (!at || has_zone(typed)) return at;
  return as_local(*at);
}

std::optional<base::TimePoint> parse_since(std::string_view typed, base::TimePoint now) {
  if (const auto ago = base::parse_duration(typed)) return now - *ago;
  return parse_time(typed, now);
}

std::string local_time(std::string_view iso8601) {
  const auto at = base::parse_iso8601(iso8601);
  if (!at) return std::string{iso8601};
  const time_t t = base::unix_us(*at) / 1'000'000;
  tm figures{};
  ::localtime_r(&t, &figures);
  std::array<char, 32> out{};
  const auto n = ::strftime(out.data(), out.size(), "%Y-%m-%d %H:%M:%S", &figures);
  return {out.data(), n};
}

std::string short_duration(Duration d) {
  struct Unit {
    const char* name;
    int64_t us;
  };
  constexpr std::array<Unit, 4> kUnits{
      {{"d", 86'400'000'000}, {"h", 3'600'000'000}, {"m", 60'000'000}, {"s", 1'000'000}}};
  auto us = d.count();
  for (std::size_t i = 0; i < kUnits.size(); ++i) {
    if (us < kUnits[i].us) continue;
    auto out = std::to_string(us / kUnits[i].us) + kUnits[i].name;
    us %= kUnits[i].us;
    if (i + 1 < kUnits.size() && us >= kUnits[i + 1].us)
      out += std::to_string(us / kUnits[i + 1].us) + kUnits[i + 1].name;
    return out;
  }
  return std::to_string(us / 1000) + "ms";
}

std::string relative(std::string_view iso8601, TimePoint now) {
  const auto at = base::parse_iso8601(iso8601);
  if (!at) return {};
  const auto gap = *at > now ? *at - now : now - *at;
  if (gap < std::chrono::seconds{1}) return "now";
  return *at > now ? "in " + short_duration(gap) : short_duration(gap) + " ago";
}

std::string between(std::string_view from, std::string_view to) {
  const auto a = base::parse_iso8601(from);
  const auto b = base::parse_iso8601(to);
  if (!a || !b || *b < *a) return {};
  return short_duration(*b - *a);
}

}  // namespace herald::ctl
