#include "base/ids.hpp"

#include <sys/random.h>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <vector>

namespace herald::base {
namespace {

// Crockford's alphabet in lower case: no i, l, o, u.
constexpr std::string_view kAlphabet = "0123456789abcdefghjkmnpqrstvwxyz";

class KernelRandom final : public Random {
 public:
  void fill(std::span<unsigned char> out) override {
    // One system call per 4 KiB instead of one per id.
    static thread_local std::array<unsigned char, 4096> buffer;
    static thread_local std::size_t left = 0;
    while (!out.empty()) {
      if (left == 0) {
        std::size_t have = 0;
        while (have < buffer.size()) {
          const auto n = getrandom(buffer.data() + have, buffer.size() - have, 0);
          if (n < 0) throw std::runtime_error("getrandom failed");
          have += static_cast<std::size_t>(n);
        }
        left = buffer.size();
      }
      const auto n = std::min(left, out.size());
      auto* from = buffer.data() + (buffer.size() - left);
      std::copy_n(from, n, out.data());
      std::fill_n(from, n, 0);
      left -= n;
      out = out.subspan(n);
    }
  }
};

}  // namespace

Random& Random::system() {
  static KernelRandom random;
  return random;
}

std::string make_id(Random& random, TimePoint now) {
  std::string id(kIdLength, '0');
  auto ms = static_cast<uint64_t>(unix_ms(now));
  for (std::size_t i = 10; i-- > 0; ms >>= 5) id[i] = kAlphabet[ms & 31];
  std::array<unsigned char, kIdLength - 10> bytes{};
  random.fill(bytes);
  for (std::size_t i = 0; i < bytes.size(); ++i) id[10 + i] = kAlphabet[bytes[i] & 31];
  return id;
}

bool is_id(std::string_view text) noexcept {
  return text.size() == kIdLength && text.find_first_not_of(kAlphabet) == std::string_view::npos;
}

std::string make_secret(Random& random, std::size_t bytes) {
  static constexpr std::string_view k64 =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::vector<unsigned char> raw(bytes);
  random.fill(raw);
  std::string out;
  uint32_t acc = 0;
  int bits = 0;
  for (const auto byte : raw) {
    acc = (acc << 8) | byte;
    for (bits += 8; bits >= 6; bits -= 6) out += k64[(acc >> (bits - 6)) & 63];
  }
  if (bits > 0) out += k64[(acc << (6 - bits)) & 63];
  return out;
}

uint64_t hash64(std::string_view text, uint64_t seed) noexcept {
  for (const unsigned char c : text) seed = (seed ^ c) * 1099511628211ULL;
  return seed;
}

}  // namespace herald::base
