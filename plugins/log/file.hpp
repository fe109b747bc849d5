// file.hpp - a file that lines are appended to, and that others may rotate away.
#pragma once

#include <string>

namespace log_channel {

class File {
 public:
  explicit File(std::string path) : path_{std::move(path)} {}
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() { close(); }

  const std::string& path() const { return path_; }
  /// Opens it (append, close-on-exec, created with mode 0640) unless what is open is still what
  /// lies at the path. Empty, or why not and what to do.
  std::string open();
  /// One whole line. Empty, or why not; what was half written is closed by the next line.
  std::string append(const std::string& line);

 private:
  bool still_there() const;
  void close();

  std::string path_;
  int fd_ = -1;
  bool torn_ = false;  // the last line was not written to its end
};

}  // namespace log_channel
