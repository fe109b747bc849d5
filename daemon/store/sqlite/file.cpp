#include "store/sqlite/file.hpp"

#include "base/faults.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace herald::store::sqlite {
namespace {

using base::Code;
using base::fail;

constexpr mode_t kPrivate = S_IRUSR | S_IWUSR;

base::Error failed(const std::string& path, std::string_view what) {
  const int error = errno;
  return fail(error == ENOSPC || error == EMFILE ? Code::unavailable : Code::invalid,
              path + ": " + std::string{what} + ": " + std::strerror(error) +
                  "; the folder must exist and belong to the daemon's user",
              "storage.url");
}

}  // namespace

base::Result<FileLock> FileLock::take(const std::string& database) {
  const auto path = database + ".lock";
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, kPrivate);
  if (fd < 0) return failed(path, "cannot create the lock file");
  FileLock lock{fd};
  if (!HERALD_MUTANT("no_fencing") && ::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK)
      return fail(
          Code::unavailable,
          database + " is in use by another heraldd; stop it first, or give this one its own file",
          "storage.url");
    return failed(path, "cannot lock");
  }
  return lock;
}

FileLock::~FileLock() {
  if (fd_ >= 0) ::close(fd_);
}

base::Result<std::string> path_of(std::string_view url) {
  constexpr std::string_view kScheme = "sqlite:";
  if (!url.starts_with(kScheme))
    return fail(Code::invalid, "the storage URL must look like sqlite:/var/lib/herald/herald.db",
                "storage.url");
  auto path = url.substr(kScheme.size());
  if (path.starts_with("///")) path.remove_prefix(2);
  if (path.empty() || path.find('\0') != std::string_view::npos)
    return fail(Code::invalid,
                "the storage URL names no file; write sqlite:/var/lib/herald/herald.db",
                "storage.url");
  if (path.starts_with(':') || path.find('?') != std::string_view::npos)
    return fail(Code::invalid, "the store must be a plain file, nothing else is durable",
                "storage.url");
  return std::string{path};
}

base::Result<void> create_private(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kPrivate);
  if (fd < 0) return failed(path, "cannot open");
  struct stat info {};
  const bool ok = ::fstat(fd, &info) == 0;
  const bool regular = ok && S_ISREG(info.st_mode);
  const bool wide = ok && (info.st_mode & (S_IRWXG | S_IRWXO)) != 0;
  const bool narrowed = !wide || ::fchmod(fd, kPrivate) == 0;
  ::close(fd);
  if (!regular) return fail(Code::invalid, path + " is not a regular file", "storage.url");
  if (!narrowed) return failed(path, "cannot set mode 0600");
  return {};
}

}  // namespace herald::store::sqlite
