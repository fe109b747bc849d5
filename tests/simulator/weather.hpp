#pragma once

#include "stage.hpp"

namespace herald::simulator {

/// Thrown where the process dies in the middle of something; nothing catches it by its type.
struct Killed {};

/// What strikes the daemon from outside: death between any two effects or in the middle of a
/// commit, a disk that refuses, a disk that refuses after it has written. One at a time may be
/// armed.
class Weather {
 public:
  explicit Weather(Stage& stage);
  ~Weather();
  Weather(const Weather&) = delete;
  Weather& operator=(const Weather&) = delete;

  /// Dies soon: after some steps of the loop, or at one of the named points that come by.
  void arm_crash();
  /// The next commits fail.
  void arm_store_failure();
  void clear();

  /// After a step: whether the daemon is to die here.
  bool crash_now();
  uint64_t failed_commits() const { return failed_commits_; }

 private:
  void at_point(const char* name);

  Stage& stage_;
  uint64_t crash_at_step_ = 0;   // 0: not
  unsigned crash_at_point_ = 0;  // how many points from here; 0: not
  bool dead_ = false;            // at a point: nothing may go on, even where Killed was swallowed
  unsigned failing_commits_ = 0;
  bool written_all_the_same_ = false;
  uint64_t failed_commits_ = 0;
};

}  // namespace herald::simulator
