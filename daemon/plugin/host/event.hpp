#pragma once

#include <herald/herald.h>

#include <functional>
#include <memory>
#include <string>

namespace herald::plugin {

/// An event on its way to a plugin, with what its views point into.
struct Event {
  herald_event raw{};
  std::string bytes;  ///< becomes u.bytes at delivery when `payload` is empty
  std::shared_ptr<void>
      payload;  ///< owns what u points to; shared only because std::function copies
  std::function<bool()>
      wanted;  ///< asked on the strand just before: false drops it (a stopped timer)
  std::function<void(herald_event&)> fill;  ///< completes it just before, after `wanted`
};

inline Event event(herald_event_type type, uint64_t id, herald_status status = HERALD_OK) {
  Event e;
  e.raw.struct_size = sizeof e.raw;
  e.raw.type = static_cast<uint32_t>(type);
  e.raw.id = id;
  e.raw.status = status;
  return e;
}

}  // namespace herald::plugin
