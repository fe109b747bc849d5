#include "file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace log_channel {
namespace {

std::string problem(const std::string& path, const char* what, int code) {
  std::string text = "cannot " + std::string{what} + ' ' + path + ": " + std::strerror(code);
  if (code == ENOENT) text += "; create its folder";
  if (code == EACCES || code == EROFS) text += "; let the daemon's user write there";
  if (code == ENOSPC || code == EDQUOT) text += "; free some space";
  return text;
}

}  // namespace

bool File::still_there() const {
  struct stat here {
  }, open_one{};
  return stat(path_.c_str(), &here) == 0 && fstat(fd_, &open_one) == 0 &&
         here.st_dev == open_one.st_dev && here.st_ino == open_one.st_ino;
}

std::string File::open() {
  if (fd_ >= 0 && still_there()) return {};
  // Non-blocking: a pipe without a reader must not stop the channel.
  const int fd = ::open(path_.c_str(),
                        O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0640);
  if (fd < 0) return problem(path_, "open", errno);
  close();
  fd_ = fd;
  torn_ = false;
  return {};
}

std::string File::append(const std::string& line) {
  if (auto why = open(); !why.empty()) return why;
  const auto text = torn_ ? '\n' + line : line;
  for (std::size_t done = 0; done < text.size();) {
    const auto n = ::write(fd_, text.data() + done, text.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) {
      const auto code = n < 0 ? errno : EIO;
      torn_ = torn_ || done > 0;
      return problem(path_, "write to", code);
    }
    done += static_cast<std::size_t>(n);
  }
  torn_ = false;
  return {};
}

void File::close() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

}  // namespace log_channel
