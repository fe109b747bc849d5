#include "config/files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "config/tree.hpp"

namespace herald::config {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxFiles = 256;
constexpr int kTries = 5;

// What tells that a file was changed or replaced.
using Version = std::array<int64_t, 6>;

Version version(const std::string& path) {
  struct stat s {};
  if (stat(path.c_str(), &s) != 0) return {-1, errno, 0, 0, 0, 0};
  return {static_cast<int64_t>(s.st_dev), static_cast<int64_t>(s.st_ino), s.st_size,
          s.st_mtim.tv_sec * 1'000'000'000 + s.st_mtim.tv_nsec, s.st_ctim.tv_sec, s.st_ctim.tv_nsec};
}

// The files of a configuration in the order in which they are read. `ignored`: those with an ending that is easily mistaken.
std::vector<std::string> list(const std::string& path, std::vector<std::string>& ignored) {
  std::vector<std::string> found;
  std::error_code problem;
  const auto folder = fs::path{path}.parent_path() / "conf.d";
  for (fs::directory_iterator at{folder, problem}, end; !problem && at != end; at.increment(problem)) {
    const auto name = at->path().filename().string();
    if (name.starts_with('.')) continue;
    if (name.ends_with(".yaml")) found.push_back((folder / name).string());
    if (name.ends_with(".yml")) ignored.push_back((folder / name).string());
  }
  std::sort(found.begin(), found.end());
  found.insert(found.begin(), path);
  return found;
}

std::vector<Version> versions(const std::vector<std::string>& files) {
  std::vector<Version> all;
  for (const auto& file : files) all.push_back(version(file));
  return all;
}

}  // namespace

base::Result<std::string> read_bytes(const std::string& path, std::size_t limit) {
  const auto failed = [&](const std::string& why) { return base::fail(base::Code::not_found, "cannot be read: " + why, path); };
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (fd < 0) return failed(std::strerror(errno));
  struct stat s {};
  std::string text;
  std::string why;
  if (fstat(fd, &s) != 0 || !S_ISREG(s.st_mode)) {
    why = "it is not a file";
  } else {
    std::array<char, 65536> buffer;
    while (text.size() <= limit) {
      const auto n = read(fd, buffer.data(), std::min(buffer.size(), limit + 1 - text.size()));
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) why = std::strerror(errno);
      if (n <= 0) break;
      text.append(buffer.data(), static_cast<std::size_t>(n));
    }
  }
  close(fd);
  if (!why.empty()) return failed(why);
  return text;
}

std::optional<std::vector<Text>> read_files(const std::string& path, Diagnostics& diagnostics) {
  for (int i = 0; i < kTries; ++i) {
    std::vector<std::string> ignored;
    const auto files = list(path, ignored);
    if (files.size() > kMaxFiles) {
      diagnostics.error({path, 0, 0}, "more than 255 files in conf.d; join some");
      return std::nullopt;
    }
    const auto before = versions(files);
    std::vector<Text> texts;
    std::vector<base::Error> problems;
    for (const auto& file : files) {
      auto text = read_bytes(file, kMaxFileBytes);
      if (text) texts.push_back({file, std::move(*text)});
      else problems.push_back(text.error());
    }
    std::vector<std::string> ignored_after;
    if (list(path, ignored_after) != files || versions(files) != before) continue;
    for (const auto& problem : problems) diagnostics.error({problem.where, 0, 0}, problem.message);
    for (const auto& file : ignored) diagnostics.warning({file, 0, 0}, "is not read; only names that end in .yaml are");
    if (!problems.empty()) return std::nullopt;
    return texts;
  }
  diagnostics.error({path, 0, 0}, "changes while it is read; try again when the change is complete");
  return std::nullopt;
}

}  // namespace herald::config
