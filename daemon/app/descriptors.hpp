#pragma once

#include <cstddef>

namespace herald::app {

/// How many HTTP connections may be open at once: `wanted`, or fewer where the process may not have
/// that many descriptors. The rest is kept back for the control socket, the store and outbound
/// requests, which must work just when clients have taken all they can get. Raises the soft limit
/// to the hard one first. For the start, before clients are let in; counts what is open then.
std::size_t connections_within_descriptors(std::size_t wanted);

}  // namespace herald::app
