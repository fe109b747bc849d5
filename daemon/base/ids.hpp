#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/clock.hpp"

namespace herald::base {

/// Where randomness comes from. Thread-safe. Tests and the simulator pass a seeded one.
class Random {
 public:
  virtual ~Random() = default;
  virtual void fill(std::span<unsigned char> out) = 0;
  /// The kernel's generator (getrandom), buffered per thread.
  static Random& system();
};

/// Length of a notification id.
inline constexpr std::size_t kIdLength = 35;

/// A notification id: 35 characters of [0-9a-z], the first 10 from the time in milliseconds (so
/// that ids made in order lie together in an index), then 125 random bits. Cannot be guessed; holds
/// nothing secret.
std::string make_id(Random& random, TimePoint now);

/// True when the text has the form of make_id's answer; says nothing about whether it exists.
bool is_id(std::string_view text) noexcept;

/// `bytes` random bytes in base64url without padding: for tokens and keys.
std::string make_secret(Random& random, std::size_t bytes = 32);

/// FNV-1a, 64 bits: for jitter and spreading, never for security.
uint64_t hash64(std::string_view text, uint64_t seed = 14695981039346656037ULL) noexcept;

}  // namespace herald::base
