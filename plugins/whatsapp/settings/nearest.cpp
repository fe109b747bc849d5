#include "settings/nearest.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace whatsapp {
namespace {

constexpr std::size_t kFarthest = 3, kLongest = 64;

std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    auto diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const auto changed = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = std::exchange(row[j], std::min({row[j] + 1, row[j - 1] + 1, changed}));
    }
  }
  return row[b.size()];
}

}  // namespace

std::string_view nearest(std::string_view word, std::span<const std::string_view> known) {
  std::string_view best;
  auto least = kFarthest + 1;
  if (word.size() > kLongest) return best;
  for (const auto candidate : known)
    if (const auto d = distance(word, candidate); d < least && d * 2 < candidate.size())
      best = candidate, least = d;
  return best;
}

std::string listed(std::span<const std::string_view> known) {
  std::string out;
  for (const auto word : known) out += (out.empty() ? "" : ", ") + std::string{word};
  return out;
}

}  // namespace whatsapp
