#pragma once

#include "wire.hpp"

namespace herald::bench {

/// Connections that are kept and have one request under way each.
class Requesters {
 public:
  /// Opens them all. Their numbers with the poller begin at `first`.
  Requesters(Poller& poller, uint16_t port, std::size_t count, uint64_t first);

  std::size_t size() const { return all_.size(); }
  std::size_t busy() const { return busy_; }
  bool is_one(uint64_t number) const { return number >= first_ && number < first_ + all_.size(); }
  std::size_t index_of(uint64_t number) const { return number - first_; }
  /// A free one, by turns; busy() < size() must hold.
  std::size_t next_free();
  /// `counted_from`: when its latency begins.
  void send(std::size_t which, std::string_view request, Clock::time_point counted_from);
  /// Reads what came; the status of the answer when it is whole. Ends the program when the server
  /// has closed it.
  std::optional<int> receive(std::size_t which);
  /// Of the latest answer of that one, in microseconds.
  uint32_t took(std::size_t which) const { return all_[which].took; }

 private:
  struct One {
    int fd = -1;
    bool busy = false;
    uint32_t took = 0;
    Clock::time_point from;
    std::string in;
  };
  const uint64_t first_;
  std::vector<One> all_;
  std::size_t busy_ = 0, turn_ = 0;
};

}  // namespace herald::bench
