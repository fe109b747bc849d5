#include "last_check.hpp"

#include <chrono>

namespace webchat {
namespace {

/// Reads from the left; after the first mismatch everything fails.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_{text} {}

  bool ok() const { return ok_; }
  bool at_end() const { return rest_.empty(); }

  /// Exactly `digits` digits with a value from `least` to `most`.
  int number(std::size_t digits, int least, int most) {
    int value = 0;
    for (std::size_t i = 0; i < digits; ++i) {
      const int d = digit();
      if (d < 0) return fail();
      value = value * 10 + d;
    }
    return value < least || value > most ? fail() : value;
  }
  /// Takes one character when it is one of these.
  bool take(std::string_view any_of) {
    if (rest_.empty() || any_of.find(rest_.front()) == any_of.npos) return false;
    rest_.remove_prefix(1);
    return true;
  }
  void need(std::string_view any_of) {
    if (!take(any_of)) fail();
  }
  /// 1 to 18 digits after the point, as microseconds.
  int fraction() {
    int micros = 0, n = 0;
    for (int d = digit(); d >= 0; d = digit(), ++n)
      if (n < 6) micros = micros * 10 + d;
    if (n < 1 || n > 18) return fail();
    for (; n < 6; ++n) micros *= 10;
    return micros;
  }

 private:
  int digit() {
    if (rest_.empty() || rest_.front() < '0' || rest_.front() > '9') return -1;
    const int d = rest_.front() - '0';
    rest_.remove_prefix(1);
    return d;
  }
  int fail() {
    ok_ = false;
    return 0;
  }

  std::string_view rest_;
  bool ok_ = true;
};

/// East of UTC; nothing there is a failure.
std::chrono::minutes offset(Reader& in) {
  if (in.take("Zz")) return std::chrono::minutes{0};
  const bool west = in.take("-");
  if (!west) in.need("+ ");
  std::chrono::minutes out = std::chrono::hours{in.number(2, 0, 23)};
  if (!in.at_end()) {
    in.take(":");
    out += std::chrono::minutes{in.number(2, 0, 59)};
  }
  return west ? -out : out;
}

}  // namespace

std::optional<int64_t> parse_last_check(std::string_view text) {
  using namespace std::chrono;
  Reader in{text};
  const year y{in.number(4, 1, 9999)};
  in.need("-");
  const month m{static_cast<unsigned>(in.number(2, 1, 12))};
  in.need("-");
  const day d{static_cast<unsigned>(in.number(2, 1, 31))};
  const year_month_day date{y, m, d};
  if (!in.ok() || !date.ok()) return std::nullopt;
  microseconds time{0};
  if (!in.at_end()) {
    in.need("Tt");
    time = hours{in.number(2, 0, 23)};
    in.need(":");
    time += minutes{in.number(2, 0, 59)};
    if (in.take(":")) {
      time += seconds{in.number(2, 0, 59)};
      if (in.take(".,")) time += microseconds{in.fraction()};
    }
    time -= offset(in);
  }
  if (!in.ok() || !in.at_end()) return std::nullopt;
  return (sys_days{date} + time).time_since_epoch().count();
}

}  // namespace webchat
