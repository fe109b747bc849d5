#pragma once

#include <set>
#include <string>
#include <tuple>
#include <unordered_map>

#include "delivery/rate_limit.hpp"

namespace herald::delivery {

/// A channel's rate limit, and those who wait in memory for its next free moment: at most those
/// whose turn comes within a second, in order of priority, then age (R18). Whoever does not fit is
/// sent away until a moment that is promised to it. Pure: time is passed in. Belongs to the
/// delivery thread.
class Line {
 public:
  /// How far ahead somebody waits in memory.
  static constexpr base::Duration kReach{std::chrono::seconds{1}};

  struct Want {
    std::string id;
    model::Priority priority = model::Priority::normal;
    base::TimePoint created{};
    bool returning = false;    ///< comes back at the moment that was promised to it
    base::Duration waited{0};  ///< at this step so far
    base::Duration may_wait{base::Duration::max()};  ///< longer, and it goes elsewhere
  };
  enum class Place { taken, waits, sent_away };
  struct Answer {
    Place place = Place::taken;
    base::MonoPoint until{};  ///< sent_away: when to come back
    std::string
        displaced;  ///< one that had to leave the line for it, to be asked again; may be empty
  };

  void set(model::Rate rate, unsigned burst);
  bool limited() const { return limited_; }

  /// What come() would answer to somebody new, without changing anything: the moment it could start
  /// at.
  base::MonoPoint free_at(model::Priority priority, base::MonoPoint now) const;
  /// Taken: it starts now. Waits: next() will name it.
  Answer come(const Want& want, base::MonoPoint now);
  void leave(const std::string& id);
  /// When the first in line may start; MonoPoint::max() when nobody waits.
  base::MonoPoint call_at(base::MonoPoint now) const;
  /// Takes the first out of the line when its moment has come, so that it can come() and take it;
  /// empty otherwise.
  std::string call(base::MonoPoint now);
  std::size_t waiting() const { return order_.size(); }

 private:
  /// Highest priority first, then oldest.
  using Rank = std::tuple<int, base::TimePoint, std::string>;
  static Rank rank(const Want& want) {
    return {-static_cast<int>(want.priority), want.created, want.id};
  }
  Answer send_away(const Want& want, base::MonoPoint now);

  bool limited_ = false;
  Gcra gcra_;
  Promises promises_;
  std::set<Rank> order_;
  std::unordered_map<std::string, Rank> ranks_;
};

}  // namespace herald::delivery
