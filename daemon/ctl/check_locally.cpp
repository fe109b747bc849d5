#include "ctl/check_locally.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <boost/json/value.hpp>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <ostream>
#include <vector>

#include "base/text.hpp"

extern char** environ;

namespace herald::ctl {
namespace {

namespace fs = std::filesystem;

/// More than a hundred diagnostics with their lines need; the rest is read and dropped.
constexpr std::size_t kMostOutput = 1 << 20;

bool executable(const fs::path& file) {
  std::error_code ignored;
  return fs::is_regular_file(file, ignored) && ::access(file.c_str(), X_OK) == 0;
}

/// heraldd beside heraldctl, where a package puts it, or in PATH.
std::string find_heraldd(const Io& io) {
  std::vector<fs::path> folders;
  if (!io.program.empty()) {
    const auto here = fs::path{io.program}.parent_path();
    folders = {here, here.parent_path() / "sbin", here.parent_path() / "libexec/herald"};
  }
  const auto search = io.environment ? io.environment("PATH") : std::string{};
  for (const auto folder : base::split(search, ':'))
    if (!folder.empty()) folders.emplace_back(folder);
  for (const auto& folder : folders)
    if (executable(folder / "heraldd")) return (folder / "heraldd").string();
  return {};
}

struct Finished {
  bool ran = false;
  int code = -1;  ///< -1: killed
  std::string output;
};

/// Runs a program to its end; its output and errors together.
Finished run_program(const std::string& program, std::vector<std::string> arguments) {
  Finished result;
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return result;
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO);
  std::vector<char*> argv{const_cast<char*>(program.c_str())};
  for (auto& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  pid_t child = 0;
  const int spawned =
      ::posix_spawn(&child, program.c_str(), &actions, nullptr, argv.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(ends[1]);
  std::array<char, 4096> buffer;
  for (;;) {
    const auto n = ::read(ends[0], buffer.data(), buffer.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    if (result.output.size() < kMostOutput)
      result.output.append(buffer.data(), static_cast<std::size_t>(n));
  }
  ::close(ends[0]);
  if (spawned != 0) return result;
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  result.ran = true;
  if (WIFEXITED(status)) result.code = WEXITSTATUS(status);
  return result;
}

}  // namespace

Exit check_locally(Context& context, const std::string& path) {
  const auto program = find_heraldd(context.io);
  if (program.empty())
    return context.report(base::fail(base::Code::unavailable,
                                     "no daemon answers on " + context.socket +
                                         ", and heraldd is neither beside heraldctl nor in PATH"));
  const auto finished = run_program(program, {"check", path});
  if (!finished.ran)
    return context.report(base::fail(base::Code::internal, "cannot run " + program));
  const bool valid = finished.code == 0;
  if (context.json)
    context.document(
        {{"valid", valid}, {"path", path}, {"by", "heraldd check"}, {"output", finished.output}});
  else
    (valid ? context.io.out : context.io.err) << finished.output;
  if (finished.code < 0) return Exit::failed;
  return valid ? Exit::ok : Exit::usage;
}

}  // namespace herald::ctl
