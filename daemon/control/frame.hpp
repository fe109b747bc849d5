#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>

namespace herald::control {

/// Cuts a byte stream into Varlink messages, which a NUL byte ends (varlink.org, Method Call). Not
/// thread-safe.
class FrameReader {
 public:
  /// `max_bytes`: of one message, without its NUL.
  explicit FrameReader(std::size_t max_bytes) : max_(max_bytes) {}

  /// Takes bytes as they come. False once a message is over the limit: the stream cannot be trusted
  /// any more.
  bool push(std::string_view bytes);
  /// The next complete message, without its NUL.
  std::optional<std::string> pop();
  /// Complete messages that wait.
  std::size_t waiting() const noexcept { return frames_.size(); }
  /// True in the middle of a message.
  bool partial() const noexcept { return !tail_.empty(); }

 private:
  std::size_t max_;
  std::string tail_;
  std::deque<std::string> frames_;
  bool broken_ = false;
};

}  // namespace herald::control
