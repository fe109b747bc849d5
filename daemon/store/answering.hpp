#pragma once

#include <new>

#include "base/memory.hpp"

namespace herald::store {

inline constexpr const char* kNoMemory =
    "there is not enough memory for this request; try again later";

/// Runs a caller's callback. One that throws is a bug of its room: the thread must live on, for the
/// answers of others. Without memory the answer could not be handed over, and whoever waits for it
/// would wait for ever: the process ends.
template <class F>
void answering(F&& f) noexcept {
  try {
    f();
  } catch (const std::bad_alloc&) {
    base::end_out_of_memory();
  } catch (...) {
  }
}

}  // namespace herald::store
