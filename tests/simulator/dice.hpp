// simulator: the production Dispatcher, Producer and SQLite store under a virtual clock, in a world
// of providers and people that a seed makes up, with an oracle of its own. One thread; nothing here
// sleeps, asks the machine for the time or for randomness.
#pragma once

#include <initializer_list>
#include <span>

#include "base/ids.hpp"

namespace herald::simulator {

using base::Duration;

/// All chance of one run (splitmix64): the same seed, the same run.
class Dice final : public base::Random {
 public:
  explicit Dice(uint64_t seed) : state_{seed} { state_ = next() ^ (seed << 32); }

  uint64_t next() {
    auto z = (state_ += 0x9e3779b97f4a7c15ULL);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
  }
  unsigned below(uint64_t n) { return static_cast<unsigned>(next() % n); }
  unsigned from_to(unsigned low, unsigned high) { return low + below(high - low + 1); }
  bool percent(unsigned p) { return below(100) < p; }
  /// To the microsecond, so that two events seldom share a time.
  Duration between(Duration low, Duration high) {
    return low +
           Duration{static_cast<int64_t>(next() % static_cast<uint64_t>((high - low).count() + 1))};
  }
  template <class T>
  T any(std::initializer_list<T> values) {
    return *(values.begin() + below(values.size()));
  }
  void fill(std::span<unsigned char> out) override {
    for (auto& byte : out) byte = static_cast<unsigned char>(next());
  }

 private:
  uint64_t state_;
};

}  // namespace herald::simulator
