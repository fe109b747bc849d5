// A store of SQLite with every kind of row, moved into PostgreSQL: nothing is lost on the way,
// whenever it is interrupted, and the new store goes on where the old one stopped.
#include <algorithm>

#include "delivery/audit.hpp"
#include "delivery/decide.hpp"
#include "store/audit.hpp"
#include "store/move.hpp"
#include "store/moving/tables.hpp"
#include "store/postgresql_support.hpp"
#include "store/sqlite_support.hpp"

namespace herald::store::test {
namespace {

using model::OutcomeKind;
using moving::Kind;
namespace event = model::event;

class Moving : public SqliteStore {
 protected:
  Moving() {
    decide = delivery::decide;
    options.inbox_keep = 2;
  }
  void SetUp() override {
    SqliteStore::SetUp();
    people();
    histories();
    keys_and_receipts();
    webhooks();
    store.reset();
  }

  template <class T, class F>
  T get(F&& call) {
    return value(wait<T>(std::forward<F>(call)));
  }
  void people() {
    User provider;
    provider.id = 2;
    provider.provider = true;
    provider.name = "L'Atelier \"Élec\" \\ 🔧";
    provider.time_zone = "Africa/Douala";
    provider.identities = {{"phone", "+237690000002"}, {"email", "a@example.org"}};
    get<User>([&](auto done) { store->put_user(provider, done); });
    get<Nothing>([&](auto done) {
      store->mark({"phone", "+237690000002"}, "opted_out", clock.now() + 1h, done);
    });
    get<Nothing>([&](auto done) {
      store->put_token({"shop", std::string(64, 'a'), {"submit", "read"}, clock.now(), {}}, done);
    });
    get<Nothing>([&](auto done) {
      store->put_token({"old", std::string(64, 'b'), {"submit"}, clock.now(), clock.now()}, done);
    });
    get<Nothing>([&](auto done) { store->revoke_token("old", done); });
    get<Nothing>([&](auto done) { store->revoke_user({2, clock.now()}, done); });
  }
  model::NewNotification taken(std::string user = "1") {
    auto n = some_notification(clock, std::move(user));
    get<Accepted>([&](auto done) { store->accept(n, done); });
    clock.advance(1s);
    return n;
  }
  void go(const std::string& id, std::vector<model::Event> events) {
    clock.advance(1s);
    applied({id, std::move(events), {}, {}, {}});
  }
  std::string shown(bool asks = false) {
    const auto n = taken();
    Apply request{n.id, {}, some_item(1, n.id, "L'eau \\ \"coupée\"\n🔧"), {}, {}};
    request.events = {event::Due{},
                      event::Completed{{1, 0, 1}, outcome(OutcomeKind::accepted), true}};
    request.rendering = Apply::Rendering{1, 0, "v1", R"({"text":"L'eau"})"};
    if (asks) request.append->actions = request.asks = {{"yes", "OUI", "OUI"}, {"no", "N", "NON"}};
    applied(request);
    return n.id;
  }
  void histories() {
    queued = taken().id;
    const auto flying = taken("2");
    go(flying.id, {event::Due{}});
    const auto dead = taken("2");
    go(dead.id, {event::Due{}});
    go(dead.id, {event::Completed{{1, 0, 1}, outcome(OutcomeKind::rejected)}});
    go(dead.id, {event::Due{}});
    go(dead.id, {event::Completed{{1, 1, 1}, outcome(OutcomeKind::rejected)}});
    Apply again{dead.id, {event::Redrive{"admin", clock.now() + 48h, false}}, {}, {}, {}};
    again.new_chain = some_chain("sms");
    applied(again);
    for (int i = 0; i < 3; ++i) read = shown();
    go(read, {event::Receipt{{1, 0, 1}, model::ReceiptKind::read, {}, clock.now(), {}}});
    asked = shown(true);
    const auto answered = shown(true);
    go(answered, {event::Answered{{1, 0, 1}, "yes", "webchat", "s1"}});
    get<std::vector<std::string>>([&](auto done) { store->clear(1, 1, done); });
    get<Nothing>([&](auto done) {
      store->put_pause({"whatsapp", "too many", "admin", clock.now()}, done);
    });
    get<Nothing>([&](auto done) { store->put_note("clock", "0", done); });
  }
  void keys_and_receipts() {
    keyed = some_notification(clock);
    keyed.idempotency_key = "order-1";
    keyed.body_digest = "d";
    keyed.dedupe_key = "12:done";
    get<Accepted>([&](auto done) { store->accept(keyed, done); });
    event::Receipt receipt{{}, model::ReceiptKind::delivered, {}, clock.now(), "wamid.early"};
    for (const auto& lookup : {AttemptLookup{"whatsapp", "wamid.early", {}},
                               AttemptLookup{"webchat", {}, queued + ".1.0.1"}})
      get<std::optional<FoundAttempt>>(
          [&](auto done) { store->park_receipt(lookup, receipt, clock.now(), done); });
    const std::string bytes{"\0\x01'\"\\\xff", 6};
    get<uint64_t>([&](auto done) {
      store->kv_put("whatsapp", "window/1", bytes, {}, KvStore::kAnyVersion, done);
    });
  }
  void webhooks() {
    get<Webhook>([&](auto done) { store->open_webhook("shop", "https://shop.example/", done); });
    Settlement kept;
    kept.webhook = "shop";
    for (uint64_t position : {2, 3}) {
      WebhookMessage message;
      message.position = position;
      message.notification = read;
      message.id = "m" + std::to_string(position);
      message.body = "{}";
      message.first_try = clock.now();
      message.next_try = position == 2 ? clock.now() : TimePoint::max();
      kept.keep.push_back(message);
    }
    get<Nothing>([&](auto done) { store->settle(kept, done); });
  }

  MoveRequest request() const { return {options.url, server().url(), settings, 2}; }
  static PostgresqlServer& server() { return PostgresqlServer::shared(); }
  std::unique_ptr<Move> begin() { return value(open_move(request(), clock)); }
  /// Why it is refused.
  base::Error refusal(const MoveRequest& of) {
    auto move = open_move(of, clock);
    if (move) throw std::runtime_error("it was not refused");
    return move.error();
  }
  base::Error refusal() { return refusal(request()); }
  static void copy_all(Move& move) {
    while (value(move.copy())) {
    }
  }
  void move_all() {
    const auto move = begin();
    copy_all(*move);
    ASSERT_TRUE(move->check());
    ASSERT_TRUE(move->finish());
  }
  /// The store that it became.
  void reopen_moved() {
    auto moved = options;
    moved.url = server().url();
    store = value(store::open(moved, settings, decide, clock));
  }
  std::vector<std::string> there(const std::string& sql) {
    return server().ask(sql, settings.schema);
  }

  /// Both stores' rows of a table as text, compared as sets.
  void expect_same(const moving::Table& table) {
    std::string ours, theirs;
    for (const auto& column : table.columns) {
      if (column.kind == Kind::owner) continue;
      const auto comma = ours.empty() ? "" : ", ";
      const auto name = '"' + std::string{column.name} + '"';
      ours += comma + in_sqlite(column.kind, name);
      theirs += comma + in_postgresql(column.kind, name);
    }
    auto before = ask("SELECT " + ours + " FROM " + table.name);
    auto after = there("SELECT " + theirs + " FROM " + table.name);
    std::sort(before.begin(), before.end());
    std::sort(after.begin(), after.end());
    EXPECT_EQ(before, after) << table.name;
    EXPECT_FALSE(before.empty()) << "nothing was shown of " << table.name;
  }
  static std::string in_sqlite(Kind kind, const std::string& name) {
    if (kind == Kind::real) return "CAST(" + name + " * 1000 AS INTEGER)";
    return kind == Kind::bytes ? "hex(" + name + ")" : name;
  }
  static std::string in_postgresql(Kind kind, const std::string& name) {
    const auto time = [](const std::string& of) {
      return "to_char(" + of + ", 'YYYY-MM-DD HH24:MI:SS.US')";
    };
    switch (kind) {
      case Kind::real:
        return "(" + name + " * 1000)::bigint";
      case Kind::bytes:
        return "upper(encode(" + name + ", 'hex'))";
      case Kind::flag:
        return name + "::int";
      case Kind::local_time:
        return time(name);
      case Kind::instant:
        return time(name + " AT TIME ZONE 'UTC'");
      default:
        return name;
    }
  }

  Server settings{PostgresqlServer::fresh_schema(), {}, true};
  std::string queued, read, asked;
  model::NewNotification keyed;
};

TEST_F(Moving, EveryRowOfEveryTableIsTheSame) {
  move_all();
  for (const auto& table : moving::tables()) expect_same(table);
  EXPECT_EQ(there("SELECT notification FROM parked_receipts ORDER BY rowid"),
            (std::vector<std::string>{"NULL", queued}));
  EXPECT_EQ(ask("SELECT state, count FROM counters WHERE count <> 0 ORDER BY 1"),
            there("SELECT state, count FROM counters WHERE count <> 0 ORDER BY 1"));
}

/// Every table of both is copied, or known not to be.
TEST_F(Moving, NoTableIsForgotten) {
  std::vector<std::string> known{"counters", "inbox_epoch", "schema_version", "sqlite_sequence"};
  for (const auto& table : moving::tables()) known.push_back(table.name);
  std::sort(known.begin(), known.end());
  EXPECT_EQ(ask("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name"), known);
  for (const auto& table : moving::tables()) {
    auto columns = ask(std::string{"SELECT name FROM pragma_table_info('"} + table.name +
                       "') WHERE NOT (name = 'rowid' AND '" + table.name +
                       "' IN ('idempotency', 'dedupe')) ORDER BY name");
    std::vector<std::string> copied;
    for (const auto& column : table.columns)
      if (column.kind != Kind::owner) copied.emplace_back(column.name);
    std::sort(copied.begin(), copied.end());
    EXPECT_EQ(columns, copied) << table.name;
  }
}

TEST_F(Moving, InterruptedAfterEveryPageItGoesOn) {
  int runs = 0;
  for (bool more = true; more; ++runs) {
    const auto move = begin();
    EXPECT_EQ(move->resumed(), runs > 0);
    more = value(move->copy());
    if (runs % 10 == 5) value(move->copy());  // and after two
  }
  EXPECT_GT(runs, 40);
  // Also between its last steps.
  ASSERT_TRUE(begin()->check());
  const auto move = begin();
  ASSERT_FALSE(value(move->copy()));
  ASSERT_TRUE(move->check());
  ASSERT_TRUE(move->finish());
  for (const auto& table : moving::tables()) expect_same(table);
}

TEST_F(Moving, TheNewStoreGoesOnWhereTheOldOneStopped) {
  model::ItemPage before;
  JournalPage told;
  reopen();
  const auto inbox = [&] {
    return get<model::ItemPage>([&](auto done) {
      model::ItemQuery query;
      query.user = 1;
      store->items(query, done);
    });
  };
  before = inbox();
  told = get<JournalPage>([&](auto done) { store->journal({}, done); });
  store.reset();
  move_all();
  reopen_moved();

  const auto after = inbox();
  ASSERT_EQ(after.items.size(), before.items.size());
  for (std::size_t i = 0; i < after.items.size(); ++i) {
    EXPECT_EQ(after.items[i].id, before.items[i].id);
    EXPECT_EQ(after.items[i].text, before.items[i].text);
  }
  EXPECT_EQ(after.last_seq, before.last_seq);
  EXPECT_NE(after.epoch, before.epoch) << "clients shall load the list once";
  const auto now_told = get<JournalPage>([&](auto done) { store->journal({}, done); });
  EXPECT_EQ(now_told.last, told.last);

  auto same = keyed;
  same.id = fresh_id();
  const auto repeated = get<Accepted>([&](auto done) { store->accept(same, done); });
  EXPECT_TRUE(repeated.repeated);
  EXPECT_EQ(repeated.id, keyed.id);

  // Everything that is counted goes on behind what is there.
  const auto highest = [&](const std::string& what, const std::string& table) {
    return std::stoll(there("SELECT coalesce(max(" + what + "), 0) FROM " + table)[0]);
  };
  const auto item = highest("id", "inbox_items"), row = highest("rowid", "notifications"),
             answer = highest("number", "answers"), line = highest("id", "conversations");
  const auto next = shown(true);
  go(next, {event::Answered{{1, 0, 1}, "no", "webchat", "s2"}});
  go(asked, {event::Answered{{1, 0, 1}, "yes", "webchat", "s3"}});
  EXPECT_GT(highest("id", "inbox_items"), item);
  EXPECT_GT(highest("rowid", "notifications"), row);
  EXPECT_EQ(highest("number", "answers"), answer + 2);
  EXPECT_GT(highest("id", "conversations"), line);
  EXPECT_GT(get<JournalPage>([&](auto done) { store->journal({}, done); }).last, told.last);
  get<Nothing>([&](auto done) {
    store->put_token({"new", std::string(64, 'c'), {"submit"}, clock.now(), {}}, done);
  });
  // The receipts that came too early find their attempts.
  go(queued, {event::Due{}});
  EXPECT_EQ(there("SELECT count(*) FROM parked_receipts"), std::vector<std::string>{"1"});

  store.reset();
  auto reader = value(open_audit(server().url(), settings, Beside::nobody));
  std::vector<BrokenRow> broken;
  ASSERT_TRUE(reader->read(INT64_MIN, INT64_MAX, {},
                           [&](const Dossier& dossier) { delivery::audit(dossier, broken); }));
  for (auto& found : value(reader->tables(clock.now(), clock.now(), 100))) broken.push_back(found);
  for (const auto& found : broken) ADD_FAILURE() << found.table << " " << found.rule;
}

TEST_F(Moving, NobodyStartsWithAPartOfAStore) {
  value(begin()->copy());
  auto moved = options;
  moved.url = server().url();
  const auto opened = store::open(moved, settings, decide, clock);
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().message.find("migrate-store again"), std::string::npos);
}

TEST_F(Moving, IsRefusedWhereSomebodyUsesOneOfThem) {
  reopen();
  EXPECT_EQ(refusal().code, Code::unavailable);
  store.reset();
  const auto move = begin();
  EXPECT_EQ(refusal().code, Code::unavailable);  // the file
  Folder other;
  std::filesystem::copy(path(), other.path() / "copy.db");
  auto request = this->request();
  request.from = "sqlite:" + (other.path() / "copy.db").string();
  const auto error = refusal(request);  // the schema
  EXPECT_EQ(error.code, Code::unavailable);
  EXPECT_NE(error.message.find("in use by another heraldd"), std::string::npos) << error.message;
}

TEST_F(Moving, ATargetWithOtherDataIsLeftAsItIs) {
  reopen_moved();
  User user;
  user.id = 77;
  get<User>([&](auto done) { store->put_user(user, done); });
  store.reset();
  const auto error = refusal();
  EXPECT_EQ(error.code, Code::conflict);
  EXPECT_NE(error.message.find("holds data already (users)"), std::string::npos) << error.message;
  EXPECT_EQ(there("SELECT id FROM users"), std::vector<std::string>{"77"});
  EXPECT_EQ(there("SELECT to_regclass('store_move')"), std::vector<std::string>{"NULL"});
}

TEST_F(Moving, AFinishedMoveIsNotRepeated) {
  move_all();
  const auto error = refusal();
  EXPECT_EQ(error.code, Code::conflict);
  EXPECT_NE(error.message.find("already"), std::string::npos);
}

TEST_F(Moving, AFileThatWasWrittenToMeanwhileIsRefused) {
  value(begin()->copy());
  reopen();
  taken();
  store.reset();
  const auto error = refusal();
  EXPECT_EQ(error.code, Code::conflict);
  EXPECT_NE(error.message.find("was written to since"), std::string::npos) << error.message;
}

TEST_F(Moving, AnotherSchemaVersionIsRefused) {
  ask("INSERT INTO schema_version(version, name, applied) VALUES (9999, 'later', 0)");
  EXPECT_NE(refusal().message.find("start the newer heraldd"), std::string::npos);
  ask("DELETE FROM schema_version WHERE version = 9999");
  ask("DELETE FROM schema_version WHERE version = (SELECT max(version) FROM schema_version)");
  EXPECT_NE(refusal().message.find("start heraldd once"), std::string::npos);
}

TEST_F(Moving, WhatPostgresqlCannotHoldIsNamedWithoutItsText) {
  ask("UPDATE identities SET value = '+23769' || char(0) || '99' WHERE kind = 'email'");
  const auto move = begin();
  base::Result<bool> copied = true;
  while (copied && *copied) copied = move->copy();
  ASSERT_FALSE(copied);
  EXPECT_NE(copied.error().message.find("table identities"), std::string::npos);
  EXPECT_NE(copied.error().message.find("NUL"), std::string::npos);
  EXPECT_EQ(copied.error().message.find("+237"), std::string::npos) << copied.error().message;
}

TEST_F(Moving, WrongUrlsAreNamed) {
  auto wrong = request();
  wrong.from = "sqlite:/nowhere/herald.db";
  EXPECT_EQ(refusal(wrong).where, "from");
  wrong = request();
  std::swap(wrong.from, wrong.to);
  EXPECT_EQ(refusal(wrong).where, "from");
  wrong = request();
  wrong.server.users = "public.users";
  EXPECT_EQ(refusal(wrong).where, "store.tables");
  EXPECT_FALSE(std::filesystem::exists("/nowhere"));
}

}  // namespace
}  // namespace herald::store::test
