#include <unistd.h>

#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <map>
#include <string>

#include "run.hpp"

namespace herald::simulator {
namespace {

struct Arguments {
  uint64_t seeds = 1000, from = 1;
  uint64_t twice = 100;      ///< so many of them are run a second time: the same hash
  bool verbose = false;      ///< the story of every seed
  bool stop_broken = false;  ///< at the first broken seed, which is what is wanted
};

constexpr const char* kUsage =
    "usage: herald-simulator [--seeds N] [--from SEED] [--twice N] [--verbose] [--until-broken]\n";

bool parse(int argc, char** argv, Arguments& out) {
  const std::map<std::string_view, uint64_t*> numbers{
      {"--seeds", &out.seeds}, {"--from", &out.from}, {"--twice", &out.twice}};
  for (int i = 1; i < argc; ++i) {
    const std::string_view name{argv[i]};
    if (name == "--verbose") {
      out.verbose = true;
    } else if (name == "--until-broken") {
      out.stop_broken = true;
    } else if (const auto it = numbers.find(name); it != numbers.end() && i + 1 < argc) {
      const char* end = argv[i + 1] + std::strlen(argv[i + 1]);
      const auto [read, error] = std::from_chars(argv[++i], end, *it->second);
      if (error != std::errc{} || read != end) return false;
    } else {
      return false;
    }
  }
  return true;
}

/// A folder in memory where there is one: a crash of the simulated daemon is no crash of the
/// machine, so nothing needs to reach a disk.
class Folder {
 public:
  Folder() {
    std::string name = std::filesystem::is_directory("/dev/shm") && ::access("/dev/shm", W_OK) == 0
                           ? "/dev/shm/herald-simulator-XXXXXX"
                           : (std::filesystem::temp_directory_path() / "herald-simulator-XXXXXX");
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
    path = name;
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::string path;
};

/// All seeds together.
class Report {
 public:
  explicit Report(const Arguments& arguments) : arguments_{arguments} {}

  /// False when enough was seen.
  bool seed(uint64_t seed, const std::string& folder) {
    auto verdict = Run{seed, folder, arguments_.verbose}.play();
    if (done_ < arguments_.twice && Run{seed, folder, false}.play().hash != verdict.hash)
      verdict.broken.push_back("the same seed gave another run");
    ++done_;
    if (verdict.faults.total() < 50 || verdict.notifications < 20)
      verdict.broken.push_back("the seed is too tame: " + std::to_string(verdict.faults.total()) +
                               " faults, " + std::to_string(verdict.notifications) +
                               " notifications");
    add(verdict);
    if (verdict.broken.empty()) {
      if (arguments_.verbose) print_story(verdict);
      return true;
    }
    ++broken_;
    std::printf("seed %llu is broken:\n", static_cast<unsigned long long>(seed));
    for (const auto& why : verdict.broken) std::printf("  %s\n", why.c_str());
    if (arguments_.stop_broken) return false;
    // The first few with their story: the same seed tells it again.
    if (broken_ <= 3 && !arguments_.verbose) verdict = Run{seed, folder, true}.play();
    print_story(verdict);
    return broken_ < 20;
  }

  int finish() const {
    std::printf(
        "\n%llu seeds: %llu notifications, %llu events, %llu lives of the daemon, %llu faults\n",
        number(done_), number(notifications_), number(events_), number(lives_), number(faults_));
    for (const auto& [kind, count] : by_kind_)
      std::printf("  %-28s %llu\n", kind.c_str(), number(count));
    std::printf("\nentered, by event and state:\n%s", cells_.table().c_str());
    if (arguments_.stop_broken) {
      std::printf(broken_ > 0 ? "caught\n" : "NOT caught\n");
      return broken_ > 0 ? 0 : 1;
    }
    const auto missing = arguments_.seeds >= 1000 ? cells_.missing() : std::string{};
    if (!missing.empty()) std::printf("\nnever entered: %s\n", missing.c_str());
    std::printf("\n%llu of %llu seeds are broken\n", number(broken_), number(done_));
    return broken_ == 0 && missing.empty() ? 0 : 1;
  }

 private:
  static unsigned long long number(uint64_t n) { return n; }
  static void print_story(const Verdict& verdict) {
    for (const auto& line : verdict.story) std::printf("    %s\n", line.c_str());
  }
  void add(const Verdict& verdict) {
    notifications_ += verdict.notifications;
    events_ += verdict.events;
    lives_ += verdict.lives;
    faults_ += verdict.faults.total();
    for (const auto& [kind, count] : verdict.faults.by_kind()) by_kind_[kind] += count;
    cells_.add(verdict.cells);
  }

  const Arguments& arguments_;
  uint64_t done_ = 0, broken_ = 0, notifications_ = 0, events_ = 0, lives_ = 0, faults_ = 0;
  std::map<std::string, uint64_t> by_kind_;
  Cells cells_;
};

int simulate(const Arguments& arguments) {
  const Folder folder;
  Report report{arguments};
  for (uint64_t i = 0; i < arguments.seeds; ++i)
    if (!report.seed(arguments.from + i, folder.path)) break;
  return report.finish();
}

}  // namespace
}  // namespace herald::simulator

int main(int argc, char** argv) {
  herald::simulator::Arguments arguments;
  if (!herald::simulator::parse(argc, argv, arguments)) {
    std::fputs(herald::simulator::kUsage, stderr);
    return 2;
  }
  try {
    return herald::simulator::simulate(arguments);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "herald-simulator: %s\n", error.what());
    return 3;
  }
}
