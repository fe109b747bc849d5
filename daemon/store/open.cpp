#include "store/history.hpp"
#include "store/nodes.hpp"
#include "store/outbox.hpp"
#include "store/postgresql/audit.hpp"
#include "store/postgresql/store.hpp"
#include "store/preview.hpp"
#include "store/server.hpp"
#include "store/sqlite/audit.hpp"
#include "store/sqlite/store.hpp"

namespace herald::store {

namespace {

base::Error unknown_scheme() {
  return base::fail(base::Code::invalid,
                    "the storage URL must begin with sqlite: or postgresql:, as in "
                    "sqlite:/var/lib/herald/herald.db or postgresql://herald@db.example.org/herald",
                    "storage.url");
}

}  // namespace

base::Result<std::unique_ptr<Store>> open(const Options& options, const Server& server,
                                          Decide decide, const base::Clock& clock) {
  if (options.url.starts_with("sqlite:")) return sqlite::open(options, std::move(decide), clock);
  if (options.url.starts_with("postgresql:"))
    return postgresql::open(options, server, std::move(decide), clock);
  return unknown_scheme();
}

base::Result<std::unique_ptr<Store>> open(const Options& options, Decide decide,
                                          const base::Clock& clock) {
  return open(options, Server{}, std::move(decide), clock);
}

base::Result<std::unique_ptr<AuditReader>> open_audit(const std::string& url, const Server& server,
                                                      Beside beside) {
  if (url.starts_with("sqlite:")) return sqlite::open_audit(url, beside);
  if (url.starts_with("postgresql:")) return postgresql::open_audit(url, server, beside);
  return unknown_scheme();
}

base::Result<std::unique_ptr<AuditReader>> open_audit(const std::string& url, Beside beside) {
  return open_audit(url, Server{}, beside);
}

OutboxStore* outbox_of(Store& store) { return dynamic_cast<OutboxStore*>(&store); }
NodeStore* nodes_of(Store& store) {
  auto* host = dynamic_cast<NodeHost*>(&store);
  return host == nullptr ? nullptr : host->node();
}
const HistoryStore* history_of(const Store& store) {
  return dynamic_cast<const HistoryStore*>(&store);
}
PreviewStore* previews_of(Store& store) { return dynamic_cast<PreviewStore*>(&store); }

}  // namespace herald::store
