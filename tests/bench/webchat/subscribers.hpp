#pragma once

#include <array>
#include <functional>

#include "wire.hpp"

namespace herald::bench {

/// Event streams that stay open. What they look for in them is "mark:" and nine digits: the number
/// of a publication.
class Subscribers {
 public:
  /// A publication came over a stream, for the first time there.
  using Arrived = std::function<void(std::size_t stream, uint32_t mark, Clock::time_point at)>;

  /// `path`: {n} in it becomes the nth target, from 1 to `targets`, which take turns. `header`: one
  /// more, or empty. Their numbers with the poller begin at `first`.
  Subscribers(Poller& poller, uint16_t port, std::string path, std::string header,
              std::size_t targets, uint64_t first);

  /// Opens as many more; returns when every one has had its head. Ends the program when one is
  /// refused.
  void open(std::size_t count);
  bool is_one(uint64_t number) const { return number >= first_ && number < first_ + all_.size(); }
  void receive(uint64_t number, const Arrived& arrived);
  std::size_t size() const { return all_.size(); }
  std::size_t of_target(std::size_t target) const;
  /// Streams that the server ended.
  std::size_t ended() const { return ended_; }

 private:
  static constexpr std::size_t kMark = 14;  // "mark:" and nine digits
  struct One {
    int fd = -1;
    bool open = false;
    std::string head;                    // until it is whole
    std::array<char, kMark - 1> tail{};  // the end of what was read before
    std::array<uint32_t, 4> latest{};    // marks that came last, plus one
    std::size_t turn = 0;
  };

  void connect();
  void look(One& one, std::size_t stream, std::string_view fresh, Clock::time_point at,
            const Arrived& arrived);

  Poller& poller_;
  const uint16_t port_;
  const std::string path_, header_;
  const std::size_t targets_;
  const uint64_t first_;
  std::vector<One> all_;
  std::size_t opening_ = 0, ended_ = 0;
};

/// `text` with every `{name}` replaced.
std::string filled(std::string text, std::string_view name, const std::string& value);

}  // namespace herald::bench
