#pragma once

#include <map>
#include <unordered_map>

#include "cells.hpp"
#include "stage.hpp"
#include "store/store.hpp"

namespace herald::simulator {

/// Stands between the store and delivery::decide(): what is decided is decided there, the witness
/// remembers what the tables cannot tell. A transaction that was rolled back is remembered too,
/// which does no harm.
class Witness {
 public:
  Witness(Stage& stage, Cells& cells) : stage_{stage}, cells_{cells} {}

  store::Decide decide();

  /// When a wall clock time of the timeline was, from then on, on the clock that nobody can set.
  std::optional<base::MonoPoint> mono(model::TimePoint wall, base::MonoPoint since) const;
  /// The expiry it was accepted with; a redrive brings another.
  std::optional<model::TimePoint> first_expiry(const std::string& id) const;
  /// The chain of a run (R20), nullptr when nothing was ever decided in it.
  model::ChainPtr chain(const std::string& id, unsigned run) const;

 private:
  Stage& stage_;
  Cells& cells_;
  std::unordered_map<int64_t, std::vector<base::MonoPoint>>
      mono_;  // a clock set back comes by again
  std::map<std::pair<std::string, unsigned>, model::ChainPtr> chains_;
  std::map<std::string, model::TimePoint> first_expiry_;
};

}  // namespace herald::simulator
