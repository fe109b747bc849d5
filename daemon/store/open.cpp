#include "store/preview.hpp"
#include "store/sqlite/audit.hpp"
#include "store/sqlite/store.hpp"
#include "store/store.hpp"

namespace herald::store {

namespace {

base::Error unknown_scheme() {
  return base::fail(
      base::Code::invalid,
      "the storage URL must begin with sqlite:, as in sqlite:/var/lib/herald/herald.db",
      "storage.url");
}

}  // namespace

base::Result<std::unique_ptr<Store>> open(const Options& options, Decide decide,
                                          const base::Clock& clock) {
  if (options.url.starts_with("sqlite:")) return sqlite::open(options, std::move(decide), clock);
  return unknown_scheme();
}

base::Result<std::unique_ptr<AuditReader>> open_audit(const std::string& url, Beside beside) {
  if (url.starts_with("sqlite:")) return sqlite::open_audit(url, beside);
  return unknown_scheme();
}

PreviewStore* previews_of(Store& store) { return dynamic_cast<PreviewStore*>(&store); }

}  // namespace herald::store
