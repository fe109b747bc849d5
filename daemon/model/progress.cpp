#include "model/progress.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/text.hpp"

namespace herald::model {

std::string attempt_id(std::string_view notification, const Attempt& attempt) {
  std::string out{notification};
  for (const auto part : {attempt.run, attempt.step, attempt.number})
    out += '.' + std::to_string(part);
  return out;
}

std::optional<AttemptName> parse_attempt_id(std::string_view id) {
  if (id.size() > 64 || id.find_first_not_of("0123456789abcdefghijklmnopqrstuvwxyz.") != id.npos)
    return std::nullopt;
  const auto parts = base::split(id, '.');
  if (parts.size() != 4 || parts[0].empty()) return std::nullopt;
  AttemptName name{std::string{parts[0]}};
  const std::array<unsigned*, 3> numbers{&name.run, &name.step, &name.number};
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const auto text = parts[i + 1];
    const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), *numbers[i]);
    // One way to write a number, so that one attempt has one name.
    if (ec != std::errc{} || end != text.data() + text.size() ||
        (text.size() > 1 && text[0] == '0'))
      return std::nullopt;
  }
  if (name.run == 0 || name.number == 0) return std::nullopt;
  return name;
}

const Attempt* Progress::in_flight() const {
  // Only the youngest can be: a new one starts when the last has ended.
  const auto found = std::find_if(attempts.rbegin(), attempts.rend(),
                                  [](const Attempt& a) { return a.in_flight; });
  return found == attempts.rend() ? nullptr : &*found;
}

Attempt* Progress::in_flight() {
  return const_cast<Attempt*>(static_cast<const Progress*>(this)->in_flight());
}

Evidence Progress::best_evidence() const {
  auto best = Evidence::none;
  for (const auto& attempt : attempts)
    if (!attempt.reaches_nobody) best = std::max(best, attempt.evidence);
  return best;
}

}  // namespace herald::model
