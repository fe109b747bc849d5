#include "store/conformance.hpp"
#include "store/postgresql_server.hpp"
#include "store/server.hpp"

namespace herald::store::test {
namespace {

/// The suite knows a store by its URL only: behind a mark it has the schema too.
Server server_of(Options& options) {
  Server server;
  server.allow_unsafe = true;  // the shared server runs without fsync
  const auto at = options.url.rfind('#');
  server.schema = options.url.substr(at + 1);
  options.url.resize(at);
  return server;
}

Backend postgresql() {
  return {"postgresql",
          [](const Folder&) {
            return PostgresqlServer::shared().url() + "#" + PostgresqlServer::fresh_schema();
          },
          [](Options options, Decide decide, const base::Clock& clock) {
            const auto server = server_of(options);
            return store::open(options, server, std::move(decide), clock);
          }};
}

}  // namespace

INSTANTIATE_TEST_SUITE_P(Postgresql, StoreConformance, testing::Values(postgresql()),
                         [](const auto& backend) { return backend.param.name; });

}  // namespace herald::store::test
