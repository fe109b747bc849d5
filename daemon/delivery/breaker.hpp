#pragma once

#include <string>
#include <string_view>

#include "base/clock.hpp"

namespace herald::delivery {

/// Keeps work away from something that does not work (R8): opens at once when it is told so, or
/// after kFailures failures in a row; after a pause lets one through, the probe, whose success
/// closes it. The pause is kFirst, doubled by every probe that fails, at most kLongest. Pure: time
/// is passed in. Not thread-safe.
class Breaker {
 public:
  static constexpr unsigned kFailures = 5;
  static constexpr base::Duration kFirst{std::chrono::seconds{30}};
  static constexpr base::Duration kLongest{std::chrono::minutes{10}};

  enum class State { closed, open, half_open };
  State state(base::MonoPoint now) const;
  /// When it lets a probe through; meaningful while it is not closed.
  base::MonoPoint until() const { return until_; }

  /// Whether `id` may start now.
  bool lets(std::string_view id, base::MonoPoint now) const;
  /// It starts: half-open, it is the probe.
  void starts(std::string_view id, base::MonoPoint now);
  /// `id` has ended without a word about the channel: another may be the probe.
  void gave_up(std::string_view id);

  void succeeded();
  /// A timeout, or a failure that may pass.
  void failed(base::MonoPoint now);
  /// It said itself that it does not work.
  void trip(base::MonoPoint now);

 private:
  void open(base::MonoPoint now);
  bool open_ = false;
  unsigned failures_ = 0;  // in a row
  base::Duration pause_{0};
  base::MonoPoint until_{};
  std::string probe_;
};

std::string_view to_string(Breaker::State state);

}  // namespace herald::delivery
