#include "base/secrecy.hpp"

#include <sys/prctl.h>

namespace herald::base {

bool keep_memory_private() noexcept { return ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0; }

}  // namespace herald::base
