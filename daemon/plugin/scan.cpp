#include "plugin/scan.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <filesystem>
#include <memory>

#include "base/digest.hpp"
#include "base/text.hpp"
#include "plugin/elf.hpp"

namespace herald::plugin {

namespace fs = std::filesystem;
using base::Code;

Fd& Fd::operator=(Fd&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}
Fd::~Fd() {
  if (fd_ >= 0) ::close(fd_);
}

namespace {

constexpr off_t kMaxFile = off_t{256} << 20;

base::Error refuse(const fs::path& file, std::string_view cause, std::string_view next) {
  return base::fail(
      Code::invalid,
      base::escape_control(file.native()) + ": " + std::string{cause} + "; " + std::string{next},
      "plugin");
}

bool trusted_owner(uid_t owner) { return owner == 0 || owner == ::geteuid(); }

base::Result<void> check_rights(const fs::path& what, const struct stat& st) {
  if (!trusted_owner(st.st_uid))
    return refuse(what, "is owned by another user (uid " + std::to_string(st.st_uid) + ")",
                  "let root own it: chown root");
  if ((st.st_mode & (S_IWGRP | S_IWOTH)) != 0)
    return refuse(what, "is writable by its group or others", "take that right away: chmod go-w");
  return {};
}

/// The plugin path's folder that holds `file`, or empty.
fs::path folder_of(const fs::path& file, const std::vector<std::string>& path) {
  for (const auto& entry : path) {
    std::error_code error;
    const auto folder = fs::canonical(entry, error);
    if (error) continue;
    const auto [end, rest] = std::mismatch(folder.begin(), folder.end(), file.begin(), file.end());
    if (end == folder.end() && rest != file.end()) return folder;
  }
  return {};
}

base::Result<fs::path> locate(std::string_view name, const std::vector<std::string>& path) {
  if (name.empty() || name.size() > 4096 || name.find('\0') != std::string_view::npos)
    return base::fail(Code::invalid, "a plugin needs a name; write its short name, like webchat",
                      "plugin");
  fs::path wanted;
  std::error_code error;
  if (name.find('/') != std::string_view::npos) {
    wanted = fs::path{name};
  } else {
    const auto file = std::string{name} + (name.ends_with(".so") ? "" : ".so");
    for (const auto& folder : path)
      if (wanted = fs::path{folder} / file; fs::exists(fs::symlink_status(wanted, error))) break;
  }
  auto real = fs::canonical(wanted, error);
  if (error)
    return base::fail(Code::not_found,
                      "plugin " + base::escape_control(name) +
                          ": there is no such file in the plugin path; install it "
                          "or correct plugins.path",
                      "plugin");
  return real;
}

base::Result<std::string> read_all(int fd, const fs::path& file, off_t size) {
  std::string bytes(static_cast<std::size_t>(size), '\0');
  std::size_t got = 0;
  while (got < bytes.size()) {
    const auto n = ::pread(fd, bytes.data() + got, bytes.size() - got, static_cast<off_t>(got));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return refuse(file, "cannot be read", "install it again");
    got += static_cast<std::size_t>(n);
  }
  return bytes;
}

base::Result<Fd> private_copy(const fs::path& file, std::string_view bytes) {
  const auto cannot = [&] {
    return refuse(file, std::string{"cannot be copied into memory: "} + std::strerror(errno),
                  "free some memory or file descriptors");
  };
  Fd copy{::memfd_create(file.filename().c_str(), MFD_CLOEXEC | MFD_ALLOW_SEALING)};
  if (copy.get() < 0) return cannot();
  while (!bytes.empty()) {
    const auto n = ::write(copy.get(), bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return cannot();
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  if (::fcntl(copy.get(), F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) !=
      0)
    return cannot();
  return copy;
}

}  // namespace

base::Result<Candidate> find_plugin(std::string_view name, const std::vector<std::string>& path) {
  auto located = locate(name, path);
  if (!located) return located.error();
  const auto& file = *located;
  const auto folder = folder_of(file, path);
  if (folder.empty())
    return refuse(file, "lies outside the plugin path",
                  "install it there or add its folder to plugins.path");

  // Everything from here on is asked of the opened file, so that nobody can exchange it between
  // check and use.
  const Fd fd{::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)};
  struct stat st {};
  if (fd.get() < 0 || ::fstat(fd.get(), &st) != 0)
    return refuse(file, std::string{"cannot be opened: "} + std::strerror(errno),
                  "correct its rights");
  if (!S_ISREG(st.st_mode))
    return refuse(file, "is no regular file", "install the plugin's .so there");
  if (auto ok = check_rights(file, st); !ok) return ok.error();
  for (auto dir = file.parent_path();; dir = dir.parent_path()) {
    struct stat at {};
    if (::stat(dir.c_str(), &at) != 0)
      return refuse(dir, "cannot be examined", "correct its rights");
    if (auto ok = check_rights(dir, at); !ok) return ok.error();
    if (dir == folder) break;
  }
  if (st.st_size > kMaxFile)
    return refuse(file, "is larger than 256 MiB", "install the plugin's .so there");

  auto bytes = read_all(fd.get(), file, st.st_size);
  if (!bytes) return bytes.error();
  if (auto ok = check_elf(*bytes); !ok) return refuse(file, ok.error().message, "install it again");
  auto copy = private_copy(file, *bytes);
  if (!copy) return copy.error();
  return Candidate{file.native(), base::sha256_hex(*bytes), std::move(*copy)};
}

}  // namespace herald::plugin
