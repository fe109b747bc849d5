// ctl: heraldctl, the command line over the control socket.
// Runs on the caller's thread; run() is called once per process (tests call it in-process).
// Never opens the daemon's files or database, never prints a control character that came from
// outside.
#pragma once

#include <functional>
#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"

namespace herald::ctl {

/// How heraldctl ends.
enum class Exit : int {
  ok = 0,
  failed = 1,       ///< the daemon could not do it, or a wait ended badly
  usage = 2,        ///< wrong arguments, a refused request, a wrong configuration
  unreachable = 3,  ///< no daemon answers
  denied = 4,
  not_found = 5,
};

/// The world as heraldctl sees it; tests bring their own.
struct Io {
  std::istream& in;
  std::ostream& out;
  std::ostream& err;
  bool colour = false;  ///< `out` is a terminal that wants colour
  const base::Clock& clock = base::Clock::system();
  std::function<std::string(std::string_view name)> environment;  ///< empty: not set
  std::function<void(base::Duration)> sleep;
  std::string program;  ///< path of the running heraldctl, to find heraldd beside it; may be empty
};

/// Runs one command; `arguments` without the program's name.
Exit run(const std::vector<std::string>& arguments, Io& io);

}  // namespace herald::ctl
