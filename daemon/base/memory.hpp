// What the daemon does when memory runs out. Where a request can be refused it is (the store, HTTP
// handlers); everywhere else the process ends at once, as a power cut would end it: state half
// changed is worse than a restart, and everything acknowledged is stored.
#pragma once

namespace herald::base {

/// The process ends so; a supervisor starts it anew.
inline constexpr int kOutOfMemory = 1;

/// One line to stderr, then the end: no destructor, no handler. Allocates nothing. Any thread.
[[noreturn]] void end_out_of_memory() noexcept;

/// From now on an exception that nobody catches, when it is for want of memory or of threads, ends
/// the process with that line instead of aborting it. Once, before other threads exist.
void end_cleanly_out_of_memory();

/// While one lives, an abort() or a wild pointer on this thread is taken to be for want of memory:
/// around calls of libraries that know no other way to say so (libphonenumber and ICU below it).
class BreaksOutOfMemory {
 public:
  BreaksOutOfMemory() { within_ = true; }
  ~BreaksOutOfMemory() { within_ = false; }
  BreaksOutOfMemory(const BreaksOutOfMemory&) = delete;
  BreaksOutOfMemory& operator=(const BreaksOutOfMemory&) = delete;
  static bool within() { return within_; }

 private:
  static inline thread_local bool within_ = false;
};

}  // namespace herald::base
