// Crash points and mutants for the fault campaign and the simulator. In a release both are nothing:
// the macros expand to constants, and no symbol of this header exists. They act only in sources
// that a room lists under FAULTS, compiled a second time with HERALD_FAULTS for `heraldd-faults`
// and the simulator (cmake option HERALD_SABOTAGE), which are never installed.
#pragma once

#ifdef HERALD_FAULTS

#include <functional>

namespace herald::base::faults {

/// A place where the process may die, with a name that is unique in the tree:
/// "store.before_commit". Any thread. What happens there is set by the environment
/// (docs/explanation/faults.md) or by on_point().
void point(const char* name);
/// Calls this at every point, in place of what the environment says; empty: no more. Before threads
/// begin. It may throw, as a process that ends there would run nothing of what follows.
void on_point(std::function<void(const char* name)> hook);
/// Whether the defect of that name is switched on in this process. Any thread.
bool mutant(const char* name);

}  // namespace herald::base::faults

#define HERALD_POINT(name) ::herald::base::faults::point(name)
#define HERALD_MUTANT(name) ::herald::base::faults::mutant(name)

#else

#define HERALD_POINT(name) static_cast<void>(0)
#define HERALD_MUTANT(name) false

#endif
