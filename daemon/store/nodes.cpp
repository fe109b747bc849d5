#include "store/nodes.hpp"

#include <bit>

namespace herald::store {

unsigned count(Shares shares) { return static_cast<unsigned>(std::popcount(shares)); }

}  // namespace herald::store
