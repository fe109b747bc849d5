#include "control/frame.hpp"

#include <utility>

namespace herald::control {

bool FrameReader::push(std::string_view bytes) {
  while (!broken_ && !bytes.empty()) {
    const auto end = bytes.find('\0');
    const auto part = bytes.substr(0, end);
    if (tail_.size() + part.size() > max_) {
      broken_ = true;
      tail_.clear();
      break;
    }
    tail_.append(part);
    if (end == std::string_view::npos) break;
    frames_.push_back(std::exchange(tail_, {}));
    bytes.remove_prefix(end + 1);
  }
  return !broken_;
}

std::optional<std::string> FrameReader::pop() {
  if (frames_.empty()) return std::nullopt;
  auto frame = std::move(frames_.front());
  frames_.pop_front();
  return frame;
}

}  // namespace herald::control
