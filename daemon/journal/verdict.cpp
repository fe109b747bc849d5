#include "journal/verdict.hpp"

#include <algorithm>
#include <charconv>
#include <ctime>

namespace herald::journal {
namespace {

using namespace std::chrono_literals;

constexpr base::Duration kLongestPause{24h};

std::string_view header(const model::web::Headers& headers, std::string_view name) {
  for (const auto& [key, value] : headers)
    if (key == name) return value;
  return {};
}

/// RFC 9110 section 10.2.3: seconds, or a date (IMF-fixdate). 0 when it is neither or in the past.
base::Duration retry_after(std::string_view text, base::TimePoint now) {
  int64_t seconds = 0;
  const auto* end = text.data() + text.size();
  if (const auto [at, ec] = std::from_chars(text.data(), end, seconds);
      ec != std::errc{} || at != end) {
    std::tm parts{};
    const std::string copy{text};
    const char* rest = ::strptime(copy.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
    if (rest == nullptr || *rest != '\0') return base::Duration{0};
    seconds = static_cast<int64_t>(::timegm(&parts)) - base::unix_us(now) / 1'000'000;
  }
  const auto longest = std::chrono::duration_cast<std::chrono::seconds>(kLongestPause).count();
  return std::chrono::seconds{std::clamp<int64_t>(seconds, 0, longest)};
}

}  // namespace

Verdict judge(const model::web::FetchResult& result, base::TimePoint now) {
  Verdict out;
  if (result.reached != model::web::FetchResult::Reached::answered) {
    out.error = result.error.empty() ? "no answer" : result.error;
    return out;
  }
  if (result.status >= 200 && result.status < 300) {
    out.kind = Verdict::Kind::delivered;
    return out;
  }
  out.error = "answered " + std::to_string(result.status);
  if (result.status == 410) out.kind = Verdict::Kind::gone;
  if (result.status == 429 || result.status == 503)
    out.pause = retry_after(header(result.headers, "retry-after"), now);
  return out;
}

const std::vector<base::Duration>& standard_schedule() {
  static const std::vector<base::Duration> schedule{5s, 5min, 30min, 2h, 5h, 10h, 14h, 20h, 24h};
  return schedule;
}

base::TimePoint next_try(const std::vector<base::Duration>& schedule, unsigned tries,
                         base::TimePoint now, uint64_t seed) {
  if (tries == 0 || tries > schedule.size()) return base::TimePoint::max();
  const auto pause = schedule[tries - 1];
  const auto percent = static_cast<int64_t>(seed % 21) - 10;
  return now + pause + pause / 100 * percent;
}

}  // namespace herald::journal
