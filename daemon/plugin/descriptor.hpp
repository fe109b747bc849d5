#pragma once

#include <herald/herald.h>

#include <string>
#include <vector>

#include "base/result.hpp"

namespace herald::plugin {

/// What a plugin says of itself: copied, checked, in our own types.
struct Descriptor {
  std::string id, name, version, description;
  std::string config_schema;  ///< JSON text; may be empty
  std::vector<std::string> interfaces, addresses, formats;
  uint32_t flags = 0;
  uint32_t evidence = 0;  ///< model::evidence_bit()s
  uint32_t max_in_flight = 0, max_message_bytes = 0;
  bool has(herald_plugin_flag flag) const { return (flags & static_cast<uint32_t>(flag)) != 0; }
  bool offers(std::string_view interface_id) const;
};

/// Copies it and checks that it makes sense; the error's message is the cause, without the file's
/// name.
base::Result<Descriptor> read_descriptor(const herald_descriptor* raw);

}  // namespace herald::plugin
