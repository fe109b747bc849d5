#pragma once

#include <array>

#include "model/types.hpp"
#include "store/sqlite/connection.hpp"

namespace herald::store::sqlite {

/// How many notifications are in each state, written with every commit. Writer thread.
class Counters {
 public:
  void load(Connection& db);
  void enter(model::State state) { ++change_[index(state)]; }
  void leave(model::State state) { --change_[index(state)]; }
  void move(model::State from, model::State to) {
    --change_[index(from)];
    ++change_[index(to)];
  }
  /// Not ended, with what this transaction did.
  uint64_t backlog() const;
  /// Writes what this transaction changed; before COMMIT.
  void flush(Connection& db) const;
  void committed();
  void rolled_back() { change_ = {}; }

 private:
  static std::size_t index(model::State state) { return static_cast<std::size_t>(state); }
  std::array<int64_t, 9> count_{}, change_{};
};

}  // namespace herald::store::sqlite
