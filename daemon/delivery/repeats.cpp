#include "delivery/repeats.hpp"

namespace herald::delivery {

Repeat repeat_of(const model::Progress& progress, std::size_t index) {
  const auto& sent = progress.attempts.at(index);
  auto out = Repeat::no;
  if (sent.reaches_nobody) return out;
  for (std::size_t i = 0; i < index; ++i) {
    const auto& before = progress.attempts[i];
    if (before.reaches_nobody || before.failed) continue;
    if (before.channel == sent.channel) {
      if (before.unsure || before.evidence >= model::Evidence::accepted)
        return Repeat::same_channel;
    } else if (before.unsure) {
      out = Repeat::other_channel;
    }
  }
  return out;
}

std::string_view to_string(Repeat repeat) {
  switch (repeat) {
    case Repeat::no:
      return "no";
    case Repeat::same_channel:
      return "same_channel";
    case Repeat::other_channel:
      return "other_channel";
  }
  return "no";
}

}  // namespace herald::delivery
