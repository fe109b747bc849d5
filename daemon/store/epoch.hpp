#pragma once

#include <cstdint>

namespace herald::store {

/// A number for a new life of the inboxes' sequences: random, from 1 to 2^53 - 1, so that every
/// client can hold it.
int64_t fresh_epoch();

}  // namespace herald::store
