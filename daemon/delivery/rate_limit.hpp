#pragma once

#include <array>

#include "model/limits.hpp"
#include "model/types.hpp"

namespace herald::delivery {

/// A rate with a burst: the generic cell rate algorithm (GCRA), one moment of memory however high
/// the rate. Pure: time is passed in.
class Gcra {
 public:
  Gcra() = default;
  Gcra(model::Rate rate, unsigned burst) { set(rate, burst); }
  /// Another rate; what was taken stays taken.
  void set(model::Rate rate, unsigned burst);

  /// The earliest moment, not before `now`, at which one may go.
  base::MonoPoint next(base::MonoPoint now) const;
  void take(base::MonoPoint now);
  base::Duration interval() const { return interval_; }
  /// Nothing of it would be missed.
  bool idle(base::MonoPoint now) const { return full_ <= now; }

 private:
  base::Duration interval_{0}, tolerance_{0};
  base::MonoPoint full_{};  // when the whole burst is there again: the theoretical arrival time
};

/// Moments that were promised to those who were sent away, each priority for itself, so that nobody
/// who comes later takes them: they would find their moment gone and had to be sent away again.
class Promises {
 public:
  /// The latest moment promised to somebody of this priority or a higher one.
  base::MonoPoint latest(model::Priority priority) const;
  void promise(model::Priority priority, base::MonoPoint moment);

 private:
  std::array<base::MonoPoint, 4> latest_{};
};

}  // namespace herald::delivery
