#pragma once

#include <optional>
#include <unordered_map>

#include "base/guarded.hpp"
#include "http/jwt.hpp"

namespace herald::http {

/// People's tokens whose signature was verified a moment ago: a client that polls sends the same
/// one every time. Knows them by their digest alone, so no token stays in memory, and how long a
/// look-up takes says nothing about them. Any thread.
class TokenMemory {
 public:
  static constexpr std::size_t kMost = 20'000;

  /// What verify_jwt() said of this token, while it would still say so by the token's own times.
  /// For one set of keys and rules.
  std::optional<Claims> find(const Sha256& digest, base::TimePoint now) const;
  void remember(const Sha256& digest, const Claims& claims, base::TimePoint now);

 private:
  struct Hash {
    std::size_t operator()(const Sha256& digest) const noexcept;
  };
  struct Known {
    Claims claims;
    base::TimePoint verified;  ///< before it the token may not have been good yet
  };
  base::Guarded<std::unordered_map<Sha256, Known, Hash>> known_;
};

}  // namespace herald::http
