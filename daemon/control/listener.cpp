#include "control/listener.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "control/policy.hpp"

namespace herald::control {
namespace {

using base::Code;
using base::fail;

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

base::Error system_error(Code code, const std::string& what, const std::string& path,
                         int error = errno) {
  return fail(code, what + " " + path + ": " + std::strerror(error), path);
}

std::string folder_of(const std::string& path) {
  const auto slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

/// True when a process accepts connections there.
base::Result<bool> answers(const sockaddr_un& address, const std::string& path) {
  const Descriptor probe{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
  if (::connect(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0)
    return true;
  if (errno == EAGAIN) return true;  // somebody listens, and its backlog is full
  if (errno == ECONNREFUSED || errno == ENOENT) return false;
  return system_error(Code::denied, "cannot tell whether a daemon answers on", path);
}

/// Makes the path free for bind().
base::Result<void> clear(const sockaddr_un& address, const std::string& path) {
  struct stat found {};
  if (::lstat(path.c_str(), &found) != 0) {
    if (errno == ENOENT) return {};
    return system_error(Code::internal, "cannot look at", path);
  }
  if (S_ISLNK(found.st_mode))
    return fail(Code::invalid,
                path + " is a symbolic link, which is refused; remove it or name its target", path);
  if (!S_ISSOCK(found.st_mode))
    return fail(Code::invalid, path + " exists and is no socket; remove it or choose another path",
                path);
  const auto taken = answers(address, path);
  if (!taken) return taken.error();
  if (*taken)
    return fail(Code::conflict,
                "another daemon answers on " + path + "; stop it or choose another path", path);
  if (::unlink(path.c_str()) != 0 && errno != ENOENT)
    return system_error(Code::internal, "cannot remove the stale socket", path);
  return {};
}

void give_group(const std::string& path, const std::string& group, const Listener::Warn& warn) {
  if (group.empty()) return;
  const auto id = group_id(group);
  if (!id) {
    warn("the group \"" + group +
         "\" does not exist, so only root and the daemon's own group can use " + path +
         "; create it with: groupadd --system " + group);
  } else if (::lchown(path.c_str(), static_cast<uid_t>(-1), *id) != 0) {
    warn("cannot give " + path + " to the group \"" + group + "\": " + std::strerror(errno) +
         "; the daemon's user must be a member of it");
  }
}

}  // namespace

base::Result<Listener> Listener::open(const std::string& path, const std::string& group,
                                      const Warn& warn) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof address.sun_path ||
      path.find('\0') != std::string::npos)
    return fail(Code::invalid, "the control socket's path must have 1 to 107 bytes", path);
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);

  // Two daemons that start together must not both find the socket stale: the folder is locked while
  // one looks and binds.
  const auto folder = folder_of(path);
  const Descriptor lock{::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (lock.get() < 0)
    return system_error(Code::invalid, "cannot open the control socket's folder", folder);
  if (::flock(lock.get(), LOCK_EX) != 0) return system_error(Code::internal, "cannot lock", folder);

  if (const auto cleared = clear(address, path); !cleared) return cleared.error();
  Listener listener;
  listener.fd_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (listener.fd_ < 0) return system_error(Code::internal, "cannot make the control socket", path);
  // The mode of the descriptor is what bind() gives the file: it is closed to others from its first
  // moment.
  ::fchmod(listener.fd_, 0600);
  if (::bind(listener.fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return system_error(Code::invalid, "cannot make the control socket", path);
  struct stat made {};
  if (::lstat(path.c_str(), &made) != 0)
    return system_error(Code::internal, "cannot look at", path);
  listener.path_ = path;
  listener.device_ = made.st_dev;
  listener.inode_ = made.st_ino;
  give_group(path, group, warn);
  if (::chmod(path.c_str(), 0660) != 0)
    return system_error(Code::internal, "cannot set the mode of", path);
  if (::listen(listener.fd_, 128) != 0)
    return system_error(Code::internal, "cannot listen on", path);
  return listener;
}

base::Result<Listener> Listener::adopt(int fd) {
  int domain = 0, type = 0, listening = 0;
  socklen_t length = sizeof domain;
  const auto ask = [&](int option, int& value) {
    length = sizeof value;
    return ::getsockopt(fd, SOL_SOCKET, option, &value, &length) == 0;
  };
  if (!ask(SO_DOMAIN, domain) || domain != AF_UNIX || !ask(SO_TYPE, type) || type != SOCK_STREAM ||
      !ask(SO_ACCEPTCONN, listening) || listening == 0)
    return fail(Code::invalid,
                "the inherited descriptor " + std::to_string(fd) +
                    " is no listening Unix stream socket; use ListenStream= with a path");
  ::fcntl(fd, F_SETFD, FD_CLOEXEC);
  ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
  Listener listener;
  listener.fd_ = fd;
  return listener;
}

Listener::Listener(Listener&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      path_(std::exchange(other.path_, {})),
      device_(other.device_),
      inode_(other.inode_) {}

Listener& Listener::operator=(Listener&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(path_, other.path_);
  std::swap(device_, other.device_);
  std::swap(inode_, other.inode_);
  return *this;
}

Listener::~Listener() {
  remove_file();
  if (fd_ >= 0) ::close(fd_);
}

int Listener::release() noexcept { return std::exchange(fd_, -1); }

void Listener::remove_file() noexcept {
  if (path_.empty()) return;
  struct stat found {};
  if (::lstat(path_.c_str(), &found) == 0 && found.st_dev == device_ && found.st_ino == inode_)
    ::unlink(path_.c_str());
  path_.clear();
}

}  // namespace herald::control
