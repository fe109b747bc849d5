#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace herald::plugin {

/// An open file descriptor, closed by its owner.
class Fd {
 public:
  explicit Fd(int fd = -1) : fd_{fd} {}
  Fd(Fd&& other) noexcept : fd_{other.fd_} { other.fd_ = -1; }
  Fd& operator=(Fd&& other) noexcept;
  ~Fd();
  int get() const { return fd_; }

 private:
  int fd_;
};

/// A private copy of a plugin file that passed every check of its file: nobody can change it under
/// us any more.
struct Candidate {
  std::string path;    ///< of the installed file, symbolic links resolved
  std::string sha256;  ///< hex
  Fd copy;             ///< sealed memory file
};

/// Finds the plugin ("webchat" -> webchat.so in the first folder that has it; or a path) and checks
/// its file: regular, owned by root or the daemon's user, not writable by group or others, nor any
/// folder between it and the plugin path; inside that path after resolving links; at most 256 MiB;
/// a whole ELF file. Reads it, executes nothing. Blocks on the disk. Errors are one line: file,
/// cause, next step.
base::Result<Candidate> find_plugin(std::string_view name, const std::vector<std::string>& path);

}  // namespace herald::plugin
