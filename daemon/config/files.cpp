#include "config/files.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>

#include "config/tree.hpp"

namespace herald::config {
namespace {

constexpr std::size_t kMaxFiles = 256;
constexpr int kTries = 5;

class Fd {
 public:
  explicit Fd(int fd) : fd_(fd) {}
  ~Fd() {
    if (fd_ >= 0) close(fd_);
  }
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

// What tells that a file was changed or another one stands in its place; empty when there is none.
using Version = std::vector<int64_t>;

Version version(const struct stat& s) {
  return {static_cast<int64_t>(s.st_dev),
          static_cast<int64_t>(s.st_ino),
          s.st_size,
          s.st_mtim.tv_sec,
          s.st_mtim.tv_nsec,
          s.st_ctim.tv_sec,
          s.st_ctim.tv_nsec};
}

// A file below `folder` (or AT_FDCWD) and the version that was read.
struct Bytes {
  std::string text;
  Version version;
  std::string problem;
};

Bytes read_at(int folder, const std::string& name, std::size_t limit) {
  Bytes out;
  const Fd file{openat(folder, name.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)};
  struct stat s {};
  if (file.get() < 0 || fstat(file.get(), &s) != 0) {
    out.problem = std::strerror(errno);
    return out;
  }
  out.version = version(s);
  if (!S_ISREG(s.st_mode)) {
    out.problem = "it is not a file";
    return out;
  }
  std::array<char, 65536> buffer;
  while (out.text.size() <= limit) {
    const auto n =
        read(file.get(), buffer.data(), std::min(buffer.size(), limit + 1 - out.text.size()));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) out.problem = std::strerror(errno);
    if (n <= 0) break;
    out.text.append(buffer.data(), static_cast<std::size_t>(n));
  }
  return out;
}

// The names of conf.d below `folder`, in order; `ignored`: those with an ending that is easily
// mistaken.
std::vector<std::string> list(int folder, std::vector<std::string>& ignored) {
  std::vector<std::string> found;
  const int fd = openat(folder, "conf.d", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return found;
  const std::unique_ptr<DIR, int (*)(DIR*)> open{fdopendir(fd), &closedir};
  if (!open) {
    close(fd);
    return found;
  }
  while (const auto* entry = readdir(open.get())) {
    const std::string name = entry->d_name;
    if (name.starts_with('.')) continue;
    if (name.ends_with(".yaml")) found.push_back("conf.d/" + name);
    if (name.ends_with(".yml")) ignored.push_back("conf.d/" + name);
  }
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace

base::Result<std::string> read_bytes(const std::string& path, std::size_t limit) {
  auto bytes = read_at(AT_FDCWD, path, limit);
  if (!bytes.problem.empty())
    return base::fail(base::Code::not_found, "cannot be read: " + bytes.problem, path);
  return std::move(bytes.text);
}

std::optional<std::vector<Text>> read_files(const std::string& path, Diagnostics& diagnostics) {
  const std::filesystem::path whole{path};
  const auto beside = [&](const std::string& name) {
    return (whole.parent_path() / name).string();
  };
  for (int i = 0; i < kTries; ++i) {
    // One handle for all files: when the folder is a link that is turned to another folder
    // meanwhile, we stay in this one.
    const auto parent =
        whole.parent_path().empty() ? std::string{"."} : whole.parent_path().string();
    const Fd folder{open(parent.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)};
    if (folder.get() < 0) {
      diagnostics.error({path, 0, 0}, std::string{"cannot be read: "} + std::strerror(errno));
      return std::nullopt;
    }
    std::vector<std::string> ignored;
    auto names = list(folder.get(), ignored);
    if (names.size() >= kMaxFiles) {
      diagnostics.error({path, 0, 0}, "more than 255 files in conf.d; join some");
      return std::nullopt;
    }
    names.insert(names.begin(), whole.filename().string());
    std::vector<Text> texts;
    std::vector<Version> versions;
    Diagnostics problems;
    for (const auto& name : names) {
      auto bytes = read_at(folder.get(), name, kMaxFileBytes);
      const auto shown = name == names.front() ? path : beside(name);
      if (!bytes.problem.empty()) problems.error({shown, 0, 0}, "cannot be read: " + bytes.problem);
      texts.push_back({shown, std::move(bytes.text)});
      versions.push_back(std::move(bytes.version));
    }
    std::vector<std::string> ignored_after;
    auto names_after = list(folder.get(), ignored_after);
    names_after.insert(names_after.begin(), names.front());
    bool steady = names_after == names;
    for (std::size_t k = 0; steady && k < names.size(); ++k) {
      struct stat s {};
      steady = (fstatat(folder.get(), names[k].c_str(), &s, 0) == 0 ? version(s) : Version{}) ==
               versions[k];
    }
    if (!steady) continue;
    for (const auto& problem : problems.all()) diagnostics.error(problem.mark, problem.message);
    for (const auto& name : ignored)
      diagnostics.warning({beside(name), 0, 0}, "is not read; only names that end in .yaml are");
    if (!problems.ok()) return std::nullopt;
    return texts;
  }
  diagnostics.error({path, 0, 0},
                    "changes while it is read; try again when the change is complete");
  return std::nullopt;
}

}  // namespace herald::config
