#pragma once

#include <functional>

#include "base/result.hpp"

namespace herald::store {

template <class T>
using Done = std::function<void(base::Result<T>)>;  ///< called exactly once; at once, on the
                                                    ///< calling thread, when a queue is full
struct Nothing {};

}  // namespace herald::store
