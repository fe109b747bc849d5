#include "store/epoch.hpp"

#include <array>
#include <cstring>

#include "base/ids.hpp"

namespace herald::store {

int64_t fresh_epoch() {
  std::array<unsigned char, 8> bytes{};
  base::Random::system().fill(bytes);
  uint64_t number = 0;
  std::memcpy(&number, bytes.data(), sizeof number);
  return static_cast<int64_t>(number & ((uint64_t{1} << 53) - 1)) | 1;
}

}  // namespace herald::store
