#pragma once

#include "base/executor.hpp"
#include "store/store.hpp"

namespace herald::store::sqlite {

/// herald::store::open for "sqlite:" URLs.
base::Result<std::unique_ptr<Store>> open(const Options& options, Decide decide,
                                          const base::Clock& clock);

/// What runs the requests of a store without threads; both may be the same.
struct Turns {
  base::Executor& writes;
  base::Executor& reads;
};
/// The same store without threads, for the simulator: requests run, and answers come, on these
/// executors, which must outlive it. close() runs what waits on the spot; destroyed without close()
/// the store is as after SIGKILL: nothing that waits is run or answered, an open transaction is
/// gone.
base::Result<std::unique_ptr<Store>> open_inline(const Options& options, Decide decide,
                                                 const base::Clock& clock, Turns turns);

}  // namespace herald::store::sqlite
