#include "http/token_memory.hpp"

#include <cstring>

namespace herald::http {

std::size_t TokenMemory::Hash::operator()(const Sha256& digest) const noexcept {
  std::size_t hash = 0;
  std::memcpy(&hash, digest.data(), sizeof hash);
  return hash;
}

std::optional<Claims> TokenMemory::find(const Sha256& digest, base::TimePoint now) const {
  return known_.with([&](const auto& known) -> std::optional<Claims> {
    const auto found = known.find(digest);
    if (found == known.end() || now < found->second.verified || now >= found->second.claims.expires)
      return {};
    return found->second.claims;
  });
}

void TokenMemory::remember(const Sha256& digest, const Claims& claims, base::TimePoint now) {
  known_.with([&](auto& known) {
    if (known.size() >= kMost) {
      std::erase_if(known, [&](const auto& entry) { return now >= entry.second.claims.expires; });
      if (known.size() >= kMost) known.clear();
    }
    known.insert_or_assign(digest, Known{claims, now});
  });
}

}  // namespace herald::http
