#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace herald::store::sqlite {

/// Holds `<database>.lock` for as long as it lives, so that only one process uses the database
/// (flock, Linux).
class FileLock {
 public:
  static base::Result<FileLock> take(const std::string& database);
  FileLock(FileLock&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
  FileLock& operator=(FileLock&&) = delete;
  ~FileLock();

 private:
  explicit FileLock(int fd) : fd_(fd) {}
  int fd_;
};

/// The path of "sqlite:/path/file.db" or "sqlite:///path/file.db".
base::Result<std::string> path_of(std::string_view url);

/// Creates the file with mode 0600 when it is not there, and narrows a wider mode.
base::Result<void> create_private(const std::string& path);

}  // namespace herald::store::sqlite
