#include "base/clock.hpp"

#include <array>
#include <cctype>
#include <cstdio>

namespace herald::base {
namespace {

class SystemClock final : public Clock {
 public:
  TimePoint now() const override {
    return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
  }
  MonoPoint mono() const override {
    return std::chrono::time_point_cast<Duration>(std::chrono::steady_clock::now());
  }
};

/// Reads digits from the front of a text.
struct Scanner {
  std::string_view rest;
  bool literal(char c) {
    if (rest.empty() || rest.front() != c) return false;
    rest.remove_prefix(1);
    return true;
  }
  std::optional<int> digits(std::size_t count) {
    if (rest.size() < count) return std::nullopt;
    int value = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if (rest[i] < '0' || rest[i] > '9') return std::nullopt;
      value = value * 10 + (rest[i] - '0');
    }
    rest.remove_prefix(count);
    return value;
  }
};

/// The zone at the end of a timestamp, as what must be subtracted to reach UTC.
std::optional<Duration> parse_zone(Scanner& in) {
  using namespace std::chrono;
  if (in.rest.empty() || in.literal('Z') || in.literal('z')) return Duration{0};
  int sign = 0;
  if (in.literal('+') || in.literal(' '))
    sign = 1;
  else if (in.literal('-'))
    sign = -1;
  else
    return std::nullopt;
  const auto hour = in.digits(2);
  if (!hour || *hour > 23) return std::nullopt;
  int minute = 0;
  if (!in.rest.empty()) {
    in.literal(':');
    const auto m = in.digits(2);
    if (!m || *m > 59) return std::nullopt;
    minute = *m;
  }
  return Duration{sign * (hours{*hour} + minutes{minute})};
}

std::optional<Duration> parse_time_of_day(Scanner& in) {
  using namespace std::chrono;
  const auto hour = in.digits(2);
  if (!hour || *hour > 23 || !in.literal(':')) return std::nullopt;
  const auto minute = in.digits(2);
  if (!minute || *minute > 59) return std::nullopt;
  Duration time = hours{*hour} + minutes{*minute};
  if (in.literal(':')) {
    const auto second = in.digits(2);
    if (!second || *second > 59) return std::nullopt;
    time += seconds{*second};
    if (in.literal('.')) {
      int64_t unit = 100'000;
      std::size_t count = 0;
      while (!in.rest.empty() && std::isdigit(static_cast<unsigned char>(in.rest.front())) != 0) {
        if (++count > 9) return std::nullopt;
        time += Duration{(in.rest.front() - '0') * unit};
        unit /= 10;
        in.rest.remove_prefix(1);
      }
      if (count == 0) return std::nullopt;
    }
  }
  return time;
}

struct Unit {
  std::string_view name;
  int64_t us;
};
constexpr std::array<Unit, 5> kUnits{{{"d", 86'400'000'000},
                                      {"h", 3'600'000'000},
                                      {"m", 60'000'000},
                                      {"s", 1'000'000},
                                      {"ms", 1'000}}};
constexpr int64_t kTenYears = 3650 * kUnits[0].us;

}  // namespace

const Clock& Clock::system() {
  static const SystemClock clock;
  return clock;
}

std::string to_iso8601(TimePoint t) {
  using namespace std::chrono;
  const auto day = floor<days>(t);
  const year_month_day date{day};
  const hh_mm_ss<Duration> time{t - day};
  std::array<char, 40> out{};
  const int n = std::snprintf(
      out.data(), out.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%06dZ", static_cast<int>(date.year()),
      static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
      static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
      static_cast<int>(time.seconds().count()), static_cast<int>(time.subseconds().count()));
  return {out.data(), static_cast<std::size_t>(n)};
}

std::optional<TimePoint> parse_iso8601(std::string_view text) {
  using namespace std::chrono;
  Scanner in{text};
  const auto y = in.digits(4);
  if (!y || *y < 1970 || !in.literal('-')) return std::nullopt;
  const auto m = in.digits(2);
  if (!m || !in.literal('-')) return std::nullopt;
  const auto d = in.digits(2);
  if (!d) return std::nullopt;
  const year_month_day date{year{*y}, month{static_cast<unsigned>(*m)},
                            day{static_cast<unsigned>(*d)}};
  if (!date.ok()) return std::nullopt;
  TimePoint at = sys_days{date};
  if (in.rest.empty()) return at;
  if (!in.literal('T') && !in.literal('t') && !in.literal(' ')) return std::nullopt;
  const auto time = parse_time_of_day(in);
  if (!time) return std::nullopt;
  const auto zone = parse_zone(in);
  if (!zone || !in.rest.empty()) return std::nullopt;
  return at + *time - *zone;
}

std::optional<Duration> parse_duration(std::string_view text) {
  if (text.empty()) return std::nullopt;
  int64_t total = 0;
  while (!text.empty()) {
    int64_t value = 0;
    std::size_t n = 0;
    while (n < text.size() && text[n] >= '0' && text[n] <= '9') {
      value = value * 10 + (text[n++] - '0');
      if (value > kTenYears) return std::nullopt;
    }
    if (n == 0) return std::nullopt;
    text.remove_prefix(n);
    std::size_t letters = 0;
    while (letters < text.size() && (text[letters] < '0' || text[letters] > '9')) ++letters;
    const auto name = text.substr(0, letters);
    const Unit* unit = nullptr;
    for (const auto& u : kUnits)
      if (u.name == name) unit = &u;
    if (unit == nullptr || value > kTenYears / unit->us) return std::nullopt;
    total += value * unit->us;
    text.remove_prefix(letters);
  }
  if (total > kTenYears) return std::nullopt;
  return Duration{total};
}

std::string to_string(Duration d) {
  int64_t us = d.count();
  if (us == 0) return "0s";
  std::string out = us < 0 ? "-" : "";
  if (us < 0) us = -us;
  for (const auto& unit : kUnits) {
    if (us < unit.us) continue;
    out += std::to_string(us / unit.us) + std::string{unit.name};
    us %= unit.us;
  }
  if (us != 0) out += std::to_string(us) + "us";
  return out;
}

}  // namespace herald::base
