#pragma once

#include <atomic>
#include <cstdint>

#include "base/clock.hpp"

namespace herald::store {

/// Options that may change while running.
struct Settings {
  std::atomic<unsigned> keep{10};
  std::atomic<uint64_t> backlog{0};
  std::atomic<uint64_t> journal{1'000'000};
  std::atomic<uint64_t> max_bytes{0};
  std::atomic<base::Duration> keep_ended{base::Duration{0}};
};

}  // namespace herald::store
