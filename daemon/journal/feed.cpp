#include "journal/feed.hpp"

namespace herald::journal {
namespace {

/// How often streams look by themselves: a commit in doubt, a read that was refused.
constexpr base::Duration kBackstop{std::chrono::seconds{1}};

}  // namespace

std::shared_ptr<Stream> Feed::follow(Stream::Start start, std::function<void()> ready) {
  auto stream = std::make_shared<Stream>(store_, std::move(start), std::move(ready));
  bool begin = false;
  {
    const std::lock_guard lock{mutex_};
    streams_.push_back(stream);
    count_ = streams_.size();
    begin = !std::exchange(looking_, true);
  }
  if (begin) executor_.after(kBackstop, [this] { look_again(); });
  return stream;
}

void Feed::grown() {
  if (count_.load(std::memory_order_relaxed) == 0) return;
  for (const auto& stream : living()) stream->grown();
}

std::vector<std::shared_ptr<Stream>> Feed::living() {
  std::vector<std::shared_ptr<Stream>> out;
  const std::lock_guard lock{mutex_};
  std::erase_if(streams_, [&](const std::weak_ptr<Stream>& weak) {
    auto stream = weak.lock();
    if (stream) out.push_back(std::move(stream));
    return weak.expired();
  });
  count_ = streams_.size();
  return out;
}

void Feed::look_again() {
  const auto streams = living();
  for (const auto& stream : streams) stream->grown();
  {
    const std::lock_guard lock{mutex_};
    looking_ = !streams_.empty();
    if (!looking_) return;
  }
  executor_.after(kBackstop, [this] { look_again(); });
}

}  // namespace herald::journal
