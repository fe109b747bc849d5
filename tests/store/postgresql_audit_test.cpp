// The audit of a PostgreSQL store: clean after honest work, and it names what was broken by hand.
#include <algorithm>

#include "delivery/audit.hpp"
#include "delivery/decide.hpp"
#include "store/audit.hpp"
#include "store/postgresql_support.hpp"

namespace herald::store::test {
namespace {

using model::OutcomeKind;
namespace event = model::event;

class PostgresqlAudit : public PostgresqlStore {
 protected:
  PostgresqlAudit() { decide = delivery::decide; }
  void SetUp() override {
    PostgresqlStore::SetUp();
    for (int i = 0; i < 3; ++i) {
      auto n = some_notification(clock());
      n.idempotency_key = "key" + std::to_string(i);
      n.dedupe_key = n.idempotency_key;
      id = value(accept(n)).id;
      Apply request{id, {}, some_item(1, id), {}, {}};
      request.events = {event::Due{},
                        event::Completed{{1, 0, 1}, outcome(OutcomeKind::accepted), true}};
      manual.advance(1s);
      value(apply(request));
    }
    const auto items = ask("SELECT id FROM inbox_items ORDER BY id");
    value(wait<std::vector<std::string>>([&](auto done) {
      store->seen({1, {std::stoll(items.at(0))}, {}, model::Evidence::read}, done);
    }));
    value(wait<std::vector<std::string>>([&](auto done) { store->clear(1, 2, done); }));
    manual.advance(1s);
    value(apply({id,
                 {event::Receipt{{1, 0, 1}, model::ReceiptKind::read, {}, clock().now(), {}}},
                 {},
                 {},
                 {}}));
    store.reset();
  }
  std::vector<BrokenRow> broken() {
    auto reader = value(open_audit(server().url(), settings, Beside::nobody));
    std::vector<BrokenRow> out;
    const auto span = value(reader->span());
    seen = 0;
    EXPECT_TRUE(reader->read(span.first, span.last + 1, {}, [&](const Dossier& dossier) {
      ++seen;
      delivery::audit(dossier, out);
    }));
    for (auto& row : value(reader->tables(clock().now(), clock().now(), 100)))
      out.push_back(std::move(row));
    return out;
  }
  void expect_found(const std::string& change, const std::string& rule) {
    ask(change);
    const auto rows = broken();
    const auto named = [&](const BrokenRow& row) { return row.rule == rule; };
    std::string all;
    for (const auto& row : rows) all += " " + row.rule;
    EXPECT_TRUE(std::any_of(rows.begin(), rows.end(), named)) << change << " gave" << all;
  }
  std::string id;
  int seen = 0;
};

TEST_F(PostgresqlAudit, HonestWorkIsClean) {
  const auto rows = broken();
  EXPECT_EQ(seen, 3);
  for (const auto& row : rows) ADD_FAILURE() << row.table << " " << row.row << " " << row.rule;
}

TEST_F(PostgresqlAudit, WhatWasBrokenByHandIsFound) {
  expect_found("UPDATE counters SET count = count + 1 WHERE state = 2", "counters.count");
  expect_found("UPDATE inbox_users SET active = 7", "inbox_users.active");
  expect_found("UPDATE inbox_items SET changes = changes + 1", "inbox_items.gap");
  expect_found("UPDATE inbox_users SET last_seq = last_seq + 1", "inbox_users.last_seq");
  expect_found("UPDATE idempotency SET id = 'gone'", "idempotency.id");
  expect_found("UPDATE dedupe SET id = 'gone'", "dedupe.id");
  EXPECT_FALSE(broken().empty());
}

}  // namespace
}  // namespace herald::store::test
