// Rates and quiet hours.
#include <charconv>

#include "base/text.hpp"
#include "config/reader.hpp"

namespace herald::config {
namespace {

std::optional<unsigned> whole(std::string_view text) {
  unsigned out = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (text.empty() || ec != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return out;
}

/// "s" is "1s".
std::optional<base::Duration> per(std::string_view text) {
  if (text == "s" || text == "m" || text == "h" || text == "d")
    return base::parse_duration("1" + std::string{text});
  return base::parse_duration(text);
}

/// "07:30"; not "24:00".
std::optional<std::chrono::minutes> time_of_day(std::string_view text) {
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  const auto hour = whole(text.substr(0, 2)), minute = whole(text.substr(3));
  if (!hour || !minute || *hour > 23 || *minute > 59) return std::nullopt;
  return std::chrono::hours{*hour} + std::chrono::minutes{*minute};
}

}  // namespace

void Reader::rate(std::string_view key, model::Rate& out, std::string_view help) {
  constexpr std::string_view kWanted =
      "a number in a time such as 80/s, 100/m or 1/6s, from one a day to 100,000 a second";
  const auto* node = scalar(key, take(key, Setting::Type::rate, help, {}), kWanted);
  if (node == nullptr) return;
  const std::string_view text = node->text;
  const auto slash = text.find('/');
  const auto count = whole(base::trim(text.substr(0, slash))).value_or(0);
  const auto time = slash == std::string_view::npos
                        ? base::Duration{0}
                        : per(base::trim(text.substr(slash + 1))).value_or(base::Duration{0});
  if (count == 0 || time < std::chrono::milliseconds{1} || time / count > std::chrono::days{1} ||
      time / count < std::chrono::microseconds{10})
    return wrong(*node, key, kWanted);
  out = {count, time};
}

std::optional<model::QuietHours> Reader::parse_quiet_hours(std::string_view key,
                                                           std::string fallback,
                                                           std::string_view help) {
  constexpr std::string_view kWanted = "two times of day such as 22:00-07:00, or none";
  const auto* node =
      scalar(key, take(key, Setting::Type::hours, help, std::move(fallback)), kWanted);
  if (node == nullptr) return std::nullopt;
  const std::string_view text = node->text;
  if (text == "none") return model::QuietHours{};
  const auto dash = text.find('-');
  const auto from = time_of_day(base::trim(text.substr(0, dash)));
  const auto to = dash == std::string_view::npos ? std::nullopt
                                                 : time_of_day(base::trim(text.substr(dash + 1)));
  if (from && to && *from != *to) return model::QuietHours{*from, *to};
  wrong(*node, key, kWanted);
  return std::nullopt;
}

void Reader::quiet_hours(std::string_view key, model::QuietHours& out, std::string_view help) {
  if (const auto hours = parse_quiet_hours(key, "none", help)) out = *hours;
}

void Reader::quiet_hours(std::string_view key, std::optional<model::QuietHours>& out,
                         std::string_view help) {
  if (const auto hours = parse_quiet_hours(key, {}, help)) out = hours;
}

}  // namespace herald::config
