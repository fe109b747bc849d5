// Compiled only into what HERALD_SABOTAGE builds.
#include "base/faults.hpp"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace herald::base::faults {
namespace {

/// HERALD_CRASH_AT=NAME or NAME:N, the N-th time that the point is reached.
struct Crash {
  std::string_view name;
  long time = 1;
};

Crash crash_wanted() {
  const char* set = std::getenv("HERALD_CRASH_AT");
  if (set == nullptr) return {};
  const std::string_view text{set};
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return {text, 1};
  return {text.substr(0, colon), std::strtol(set + colon + 1, nullptr, 10)};
}

/// HERALD_POINTS_SEEN=FILE: every point that is reached, once, a line each.
void note(const char* name) {
  static const char* const file = std::getenv("HERALD_POINTS_SEEN");
  if (file == nullptr) return;
  static std::mutex mutex;
  static std::set<std::string> noted;
  const std::lock_guard lock{mutex};
  if (!noted.insert(name).second) return;
  const auto line = std::string{name} + '\n';
  const int fd = ::open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (fd < 0 || ::write(fd, line.data(), line.size()) < 0) std::abort();
  ::close(fd);
}

std::function<void(const char*)>& hook() {
  static std::function<void(const char*)> instance;
  return instance;
}

}  // namespace

void on_point(std::function<void(const char*)> wanted) { hook() = std::move(wanted); }

void point(const char* name) {
  if (hook()) return hook()(name);
  note(name);
  static const Crash wanted = crash_wanted();
  static std::atomic<long> reached{0};
  if (wanted.name != name || ++reached != wanted.time) return;
  // As a power cut would end it: no handler, no destructor, no flush.
  ::kill(::getpid(), SIGKILL);
  for (;;) ::pause();
}

bool mutant(const char* name) {
  static const char* const wanted = std::getenv("HERALD_MUTANT");
  return wanted != nullptr && std::strcmp(wanted, name) == 0;
}

}  // namespace herald::base::faults
