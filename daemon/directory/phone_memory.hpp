#pragma once

namespace herald::directory {

/// From now on ICU, on which libphonenumber stands, ends the process when it gets no memory
/// (base/memory.hpp) instead of leaving half of what it was making behind, where a later call meets
/// a wild pointer. Before the first use of either library; any thread.
void end_when_icu_has_no_memory();

}  // namespace herald::directory
