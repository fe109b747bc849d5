// What protects the secrets in memory from other processes.
#pragma once

namespace herald::base {

/// From now on nothing of this process's memory is written to a core dump, not even by a crash
/// handler that is fed through a pipe and heeds no limit, and no process of the same user may read
/// it or attach to it (prctl(2), PR_SET_DUMPABLE); root still may. Once, before secrets are read.
/// False: the kernel refused.
bool keep_memory_private() noexcept;

}  // namespace herald::base
