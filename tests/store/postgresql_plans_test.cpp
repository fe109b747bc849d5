// Every statement finds its rows by an index, judged by the server's own planner on full tables.
#include "store/postgresql_support.hpp"

#include "store/postgresql/connection.hpp"

namespace herald::store::test {
namespace {

class PostgresqlPlans : public PostgresqlStore {
 protected:
  /// `count` notifications of many people, most of them ended, as they lie after a while.
  void fill(int64_t count) {
    const auto n = std::to_string(count), people = std::to_string(count / 10);
    ask("INSERT INTO users(id, name, provider, created) SELECT i, '', 0, 0 FROM "
        "generate_series(2, " +
        people + " + 1) i");
    ask("INSERT INTO identities(kind, value, user_id) SELECT 'phone', '+2376' || i, i FROM "
        "generate_series(2, " +
        people + " + 1) i");
    ask("INSERT INTO chains(body) VALUES ('{}')");
    ask("INSERT INTO notifications(rowid, id, producer, kind, type, user_id, to_kind, to_value, "
        "params, content, priority, created, not_before, expires, chain_id, state, due_at, "
        "in_flight, last_seq, paused_at) SELECT i, to_char(i, 'FM000000000000'), 'token:shop', "
        "'service_request.status', 'info', 2 + i % " +
        people +
        ", 'user', '', '{}', '', i % 4, i, "
        "i, i, 1, CASE WHEN i % 50 = 0 THEN 6 WHEN i % 20 = 0 THEN 1 ELSE 4 END, CASE WHEN i % 20 "
        "= "
        "0 THEN i END, CASE WHEN i % 500 = 0 THEN 1 ELSE 0 END, 3, CASE WHEN i % 1000 = 0 THEN "
        "'whatsapp' END FROM generate_series(1, " +
        n + ") i");
    ask("INSERT INTO attempts(notification, run, step, number, round, channel, started, detail, "
        "provider_id, evidence, failed) SELECT i, 1, 0, 1, 1, 'whatsapp', i, '', 'wamid.' || i, 1, "
        "0 FROM generate_series(1, " +
        n + ") i");
    ask("INSERT INTO timeline SELECT i, s, i, '{}', 4, 0 FROM generate_series(1, " + n +
        ") i, generate_series(1, 3) s");
    ask("INSERT INTO renderings SELECT i, 1, 0, 'v', '{}' FROM generate_series(1, " + n + ") i");
    ask("INSERT INTO earlier_chains SELECT i, 1, 1 FROM generate_series(1, " + n + ", 100) i");
    ask("INSERT INTO idempotency SELECT 'token:shop', i, i, '', i FROM generate_series(1, " + n +
        ") i");
    ask("INSERT INTO dedupe SELECT i, i, i FROM generate_series(1, " + n + ") i");
    ask("INSERT INTO parked_receipts(channel, provider_id, notification, event, expires) SELECT "
        "'sms', i, CASE WHEN i % 2 = 0 THEN i END, '{}', i FROM generate_series(1, 20000) i");
    ask("INSERT INTO inbox_users SELECT i, 10, 0, 10, 1, 0 FROM generate_series(2, " + people +
        " + 1) i");
    ask("INSERT INTO inbox_items SELECT i, 2 + i % " + people +
        ", i, i, i, 'info', '', '', NULL, "
        "NULL, 0, 0, CASE WHEN i % 10 = 0 THEN 0 ELSE 1 END, '', NULL, CASE WHEN i % 5 = 0 THEN i "
        "+ 1 "
        "END, 0 FROM generate_series(1, " +
        n + ") i");
    ask("INSERT INTO questions SELECT i, 2 + i % " + people +
        ", '[]', CASE WHEN i % 10 <> 0 THEN i END FROM generate_series(1, " + n + ") i");
    ask("INSERT INTO answers(notification, id, user_id, kind, action, label, channel, at) SELECT "
        "i, i, 2, '', '', '', '', now() FROM generate_series(1, " +
        n + ") i");
    ask("INSERT INTO journal SELECT i, i, 1, 3, 0, 4, 0, 0, 2 FROM generate_series(1, " + n +
        ") i");
    ask("INSERT INTO kv SELECT 'whatsapp', i, '', 1, 0 FROM generate_series(1, 20000) i");
    ask("INSERT INTO webhooks SELECT 'shop' || i, '', 0, '' FROM generate_series(0, 19) i");
    ask("INSERT INTO webhook_messages SELECT 'shop' || i % 20, i, i, i, '', 1, i, CASE WHEN i % 2 "
        "= 0 THEN i "
        "END, '' FROM generate_series(1, 20000) i");
    ask("INSERT INTO outbox(id, producer, request) SELECT repeat('x', 35), 'sql:shop', '{}' FROM "
        "generate_series(1, 20000)");
    ask("ANALYZE");
  }

  /// The plan as the store's connections make it, but with the planner free to read whole tables.
  std::string plan(const std::string& sql) {
    int parameters = 0;
    for (std::size_t at = 0; (at = sql.find('$', at)) != std::string::npos; ++at)
      parameters = std::max(parameters, std::atoi(sql.c_str() + at + 1));
    std::string nulls;
    for (int i = 0; i < parameters; ++i) nulls += i == 0 ? "(NULL" : ", NULL";
    if (parameters > 0) nulls += ")";
    std::string out;
    for (const auto& line :
         ask("SET plan_cache_mode TO force_generic_plan; SET jit TO off; PREPARE p AS " + sql +
             "; EXPLAIN (COSTS OFF) EXECUTE p" + nulls))
      out += "\n  " + line;
    return out + "\n";
  }
  void no_statement_reads_a_whole_table() {
    int examined = 0;
    for (const auto* statement : postgresql::Sql::all()) {
      const auto& sql = statement->text();
      if (sql.starts_with("/*")) continue;
      ++examined;
      const auto shown = plan(sql);
      // These have a handful of rows each.
      auto big = shown;
      for (const std::string small :
           {"counters", "pauses", "notes", "webhooks", "journal_end", "service_tokens", "chains",
            "inbox_epoch", "inbox_epoch e", "revoked_tokens"})
        for (std::size_t at; (at = big.find("Seq Scan on " + small + "\n")) != std::string::npos ||
                             (at = big.find("Seq Scan on " + small + " ")) != std::string::npos;)
          big.erase(at, 8);
      EXPECT_EQ(big.find("Seq Scan"), std::string::npos) << sql << shown;
    }
    EXPECT_GT(examined, 60);
  }
};

// covers: S48
TEST_F(PostgresqlPlans, NoStatementReadsAWholeTable) {
  fill(50'000);
  no_statement_reads_a_whole_table();
}

TEST_F(PostgresqlPlans, NoStatementReadsAWholeTableOfAMillion) {
  if (const char* asked = std::getenv("HERALD_LONG"); asked == nullptr || *asked != '1')
    GTEST_SKIP() << "./dev test --long";
  fill(1'000'000);
  no_statement_reads_a_whole_table();
}

}  // namespace
}  // namespace herald::store::test
