#include "app/descriptors.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <filesystem>

#include "base/faults.hpp"
#include "control/server.hpp"
#include "http/client.hpp"

namespace herald::app {
namespace {

/// For the store to open its files anew after a failure, log files, and what plugins open.
constexpr std::size_t kFiles = 32;
/// Fewer than this would serve nobody: then the operating system refuses.
constexpr std::size_t kLeast = 8;

std::size_t limit() {
  rlimit present{};
  if (::getrlimit(RLIMIT_NOFILE, &present) != 0) return 1024;
  auto raised = present;
  raised.rlim_cur = raised.rlim_max;
  if (::setrlimit(RLIMIT_NOFILE, &raised) == 0) present = raised;
  return present.rlim_cur;
}

std::size_t open_now() {
  std::error_code ignored;
  std::filesystem::directory_iterator open{"/proc/self/fd", ignored};
  return static_cast<std::size_t>(std::distance(begin(open), end(open)));
}

}  // namespace

std::size_t connections_within_descriptors(std::size_t wanted) {
  if (HERALD_MUTANT("descriptors_not_kept_back")) return wanted;
  const auto kept = open_now() + kFiles + control::ServerLimits{}.connections +
                    http::ClientOptions{}.max_in_flight;
  const auto all = limit();
  return std::min(wanted, std::max(kLeast, all - std::min(all, kept)));
}

}  // namespace herald::app
