#pragma once

#include <cstdint>

#include "base/clock.hpp"

namespace herald::base {

/// Exponential backoff: `first`, doubled per try, at most `max`, with a jitter of -25 %..+25 %.
struct Backoff {
  Duration first{std::chrono::seconds{1}};
  Duration max{std::chrono::minutes{5}};

  /// The pause after try number `tries` (1 for the first). `seed` decides the jitter: the same
  /// seed, the same pause.
  Duration after(unsigned tries, uint64_t seed) const noexcept {
    auto pause = first.count();
    for (unsigned i = 1; i < tries && pause < max.count(); ++i) pause *= 2;
    if (pause > max.count()) pause = max.count();
    // Finalizer of splitmix64: neighbouring seeds give unrelated jitter.
    seed = (seed ^ (seed >> 30)) * 0xbf58476d1ce4e5b9ULL;
    seed = (seed ^ (seed >> 27)) * 0x94d049bb133111ebULL;
    seed ^= seed >> 31;
    const auto percent = static_cast<int64_t>(seed % 51) - 25;
    return Duration{pause + pause / 100 * percent};
  }
  friend bool operator==(const Backoff&, const Backoff&) = default;
};

}  // namespace herald::base
