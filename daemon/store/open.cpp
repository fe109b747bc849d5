#include "store/sqlite/store.hpp"
#include "store/store.hpp"

namespace herald::store {

base::Result<std::unique_ptr<Store>> open(const Options& options, Decide decide,
                                          const base::Clock& clock) {
  if (options.url.starts_with("sqlite:")) return sqlite::open(options, std::move(decide), clock);
  return base::fail(
      base::Code::invalid,
      "the storage URL must begin with sqlite:, as in sqlite:/var/lib/herald/herald.db",
      "storage.url");
}

}  // namespace herald::store
