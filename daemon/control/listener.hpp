#pragma once

#include <sys/types.h>

#include <functional>
#include <string>

#include "base/result.hpp"

namespace herald::control {

/// A listening Unix socket and its file. Owns both: closes the one and removes the other, unless it
/// was inherited (then the file belongs to who made it) or somebody replaced it meanwhile.
class Listener {
 public:
  using Warn = std::function<void(std::string)>;

  /// Makes the socket `path`, mode 0660, with `group` (empty, or unknown to this machine, or not
  /// ours to give: our own group; the latter two are warned of). A socket file that nobody answers
  /// is replaced; one that answers is `conflict`; a symbolic link or any other file there is
  /// refused with `invalid`.
  static base::Result<Listener> open(const std::string& path, const std::string& group,
                                     const Warn& warn);
  /// Takes a listening socket that the service manager made. invalid when it is no listening Unix
  /// stream socket.
  static base::Result<Listener> adopt(int fd);

  Listener() = default;
  Listener(Listener&& other) noexcept;
  Listener& operator=(Listener&& other) noexcept;
  ~Listener();

  /// Gives up the descriptor: from then on only the file is owned.
  int release() noexcept;
  /// Removes the file when it is still ours. Idempotent.
  void remove_file() noexcept;

 private:
  int fd_ = -1;
  std::string path_;
  dev_t device_ = 0;
  ino_t inode_ = 0;
};

}  // namespace herald::control
