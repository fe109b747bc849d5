#pragma once

#include <atomic>
#include <vector>

#include "base/executor.hpp"
#include "journal/stream.hpp"

namespace herald::journal {

/// Wakes the streams when something was committed. Any thread.
class Feed {
 public:
  /// `executor` runs the backstop: what nobody told is found by looking.
  Feed(store::JournalStore& store, base::Executor& executor) : store_{store}, executor_{executor} {}

  /// A stream lives as long as its owner keeps it.
  std::shared_ptr<Stream> follow(Stream::Start start, std::function<void()> ready);
  /// After every commit; costs next to nothing when nobody follows.
  void grown();

 private:
  std::vector<std::shared_ptr<Stream>> living();
  void look_again();

  store::JournalStore& store_;
  base::Executor& executor_;
  std::atomic<std::size_t> count_{0};
  std::mutex mutex_;
  std::vector<std::weak_ptr<Stream>> streams_;
  bool looking_ = false;
};

}  // namespace herald::journal
