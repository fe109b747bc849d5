#pragma once

#include "store/postgresql_server.hpp"
#include "store/server.hpp"
#include "store/support.hpp"

namespace herald::store::test {

/// A PostgreSQL store in a schema of its own, and a second look at its tables.
class PostgresqlStore : public testing::Test {
 protected:
  void SetUp() override { reopen(); }
  void reopen() {
    store.reset();
    store = value(attempt());
    if (user_there_) return;
    User user;
    user.id = 1;
    value(wait<User>([&](auto done) { store->put_user(user, done); }));
    user_there_ = true;
  }
  base::Result<std::unique_ptr<Store>> attempt() {
    options.url = options.url.empty() ? server().url() : options.url;
    return store::open(options, settings, decide, clock());
  }
  virtual PostgresqlServer& server() { return PostgresqlServer::shared(); }
  virtual const base::Clock& clock() { return manual; }

  base::Result<Accepted> accept(const model::NewNotification& n) {
    return wait<Accepted>([&](auto done) { store->accept(n, done); });
  }
  std::string accepted() { return value(accept(some_notification(clock()))).id; }
  base::Result<Applied> apply(const Apply& request) {
    return wait<Applied>([&](auto done) { store->apply(request, done); });
  }
  Counts counts() {
    return value(wait<Counts>([&](auto done) { store->counts(done); }));
  }
  base::Result<Timeline> timeline(const std::string& id) {
    return wait<Timeline>([&](auto done) { store->timeline(id, done); });
  }
  std::vector<std::string> ask(const std::string& sql) {
    return server().ask(sql, settings.schema);
  }

  ManualClock manual;
  Decide decide = small_decide;
  Options options;
  Server settings{PostgresqlServer::fresh_schema(), {}, true};
  std::unique_ptr<Store> store;

 private:
  bool user_there_ = false;
};

}  // namespace herald::store::test
