#include "store/retention.hpp"

#include <utility>

namespace herald::store {
namespace {

/// For every second of this, so many of other work.
constexpr int kShare = 20;
/// After all rows were looked at.
constexpr std::chrono::minutes kRest{1};
/// Several writers take their row numbers in blocks, so that young rows may stand before old ones:
/// so many pages of young ones are looked at before the rest is taken to be young too.
constexpr unsigned kYoungPages = 8;

}  // namespace

bool may_go(const Ended& ended, model::TimePoint cutoff) {
  return ended.over && ended.created <= cutoff && ended.latest <= cutoff && !ended.listed &&
         !ended.messages;
}

bool question_is_over(const model::Progress& progress, model::TimePoint cutoff) {
  return progress.state == model::State::cancelled || progress.expires <= cutoff;
}

std::optional<Retention::Turn> Retention::begin(const base::Clock& clock, base::Duration kept) {
  if (kept == base::Duration{0}) return std::nullopt;
  began_ = clock.mono();
  if (began_ < next_) return std::nullopt;
  return Turn{after_, clock.now() - std::max(kept, kLeastKept)};
}

void Retention::end(const base::Clock& clock, const Found& found) {
  const auto now = clock.mono();
  next_ = now + (now - began_) * kShare;
  if (oldest_wanted_ && found.kept) {
    oldest_ = *found.kept;
    oldest_wanted_ = false;
  }
  gone_ += found.gone;
  young_ = found.old ? 0 : young_ + 1;
  after_ = found.last;
  if (found.looked < kLookedAtOnce || young_ >= kYoungPages) {
    if (oldest_wanted_ && !found.held) oldest_ = {};
    oldest_wanted_ = true;
    after_ = 0;
    young_ = 0;
    next_ = now + kRest;
  }
}

void Retention::committed() { deleted_ += std::exchange(gone_, 0); }

uint64_t Retention::take_deleted() { return std::exchange(deleted_, 0); }

}  // namespace herald::store
