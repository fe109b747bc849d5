// What the store refuses at its start, and in which words.
#include "store/audit.hpp"
#include "store/postgresql_support.hpp"

namespace herald::store::test {
namespace {

class PostgresqlOpen : public PostgresqlStore {
 protected:
  void SetUp() override {}
  /// Refused; the words.
  std::string refused() {
    const auto answer = attempt();
    if (answer) {
      ADD_FAILURE() << "it opened";
      return {};
    }
    EXPECT_EQ(answer.error().where, "storage.url");
    return answer.error().message;
  }
  void expect_words(std::initializer_list<const char*> words) {
    const auto message = refused();
    for (const auto* word : words)
      EXPECT_NE(message.find(word), std::string::npos) << message << "\n  lacks: " << word;
  }
  void role(const std::string& name, const std::string& more = "") {
    server().ask("DROP ROLE IF EXISTS " + name);
    server().ask("CREATE ROLE " + name + " LOGIN " + more);
    options.url = server().url(name);
  }
};

// covers: F19
TEST_F(PostgresqlOpen, AWrongPasswordIsNamedAndNeverShown) {
  role("secretive", "PASSWORD 'right'");
  expect_words({"no password", "store.password"});
  settings.password = "wrong-canary";
  const auto message = refused();
  EXPECT_NE(message.find("password authentication failed"), std::string::npos) << message;
  EXPECT_EQ(message.find("canary"), std::string::npos) << message;
}

TEST_F(PostgresqlOpen, TheRightPasswordOpens) {
  role("secretive", "PASSWORD 'right' SUPERUSER");
  settings.password = "right";
  EXPECT_TRUE(attempt().has_value());
}

TEST_F(PostgresqlOpen, APasswordInTheUrlIsRefused) {
  options.url = "postgresql://herald:canary@127.0.0.1/herald";
  const auto message = refused();
  EXPECT_NE(message.find("store.password"), std::string::npos) << message;
  EXPECT_EQ(message.find("canary"), std::string::npos) << message;
}

TEST_F(PostgresqlOpen, AMissingDatabaseOrServerIsNamed) {
  options.url = server().url("herald", "nowhere");
  expect_words({"database \"nowhere\" does not exist", "createdb"});
  options.url = "postgresql:host=/nowhere dbname=herald";
  expect_words({"/nowhere", "start the server, or correct store.url"});
  options.url = "postgresql:nonsense";
  expect_words({"cannot be understood"});
}

TEST_F(PostgresqlOpen, MissingRightsAreNamed) {
  role("poor");
  expect_words({"may not be made or changed by this role", "CREATE SCHEMA", "AUTHORIZATION"});
}

TEST_F(PostgresqlOpen, AReadOnlyServerIsRefused) {
  role("reader");
  server().ask("ALTER ROLE reader SET default_transaction_read_only = on");
  expect_words({"read-only"});
}

TEST_F(PostgresqlOpen, WithoutADurableCommitItDoesNotStartUnlessAllowed) {
  PostgresqlServer durable;
  settings.allow_unsafe = false;
  durable.ask("CREATE ROLE careless LOGIN");
  options.url = durable.url("careless");
  durable.ask("CREATE SCHEMA " + settings.schema + " AUTHORIZATION careless");
  durable.ask("ALTER ROLE careless SET synchronous_commit = off");
  expect_words({"synchronous_commit is off", "store.allow_unsafe"});
  settings.allow_unsafe = true;
  EXPECT_TRUE(attempt().has_value());
}

TEST_F(PostgresqlOpen, WithoutFsyncItDoesNotStartUnlessAllowed) {
  settings.allow_unsafe = false;
  expect_words({"fsync is off", "store.allow_unsafe"});
  settings.allow_unsafe = true;
  EXPECT_TRUE(attempt().has_value());
}

TEST_F(PostgresqlOpen, TheSchemaOfAnotherProgramIsLeftAlone) {
  ask("CREATE SCHEMA " + settings.schema + "; CREATE TABLE " + settings.schema + ".orders(id int)");
  expect_words({"another program", "store.schema"});
  EXPECT_EQ(ask("SELECT count(*) FROM pg_tables WHERE schemaname = '" + settings.schema + "'"),
            std::vector<std::string>{"1"});
}

TEST_F(PostgresqlOpen, ANewerSchemaIsRefused) {
  ASSERT_TRUE(attempt().has_value());
  ask("INSERT INTO schema_version VALUES (999, 'later', 0)");
  expect_words({"has version 999", "start the newer heraldd"});
  EXPECT_FALSE(open_audit(server().url(), settings, Beside::nobody).has_value());
}

TEST_F(PostgresqlOpen, ASchemaNameIsNoSql) {
  settings.schema = "x\"; DROP SCHEMA public; --";
  const auto answer = attempt();
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().where, "storage.schema");
}

TEST_F(PostgresqlOpen, ASecondDaemonIsKeptOutUntilTheFirstIsGone) {
  auto first = value(attempt());
  expect_words({"in use by another heraldd"});
  const auto busy = open_audit(server().url(), settings, Beside::nobody);
  ASSERT_FALSE(busy);
  EXPECT_EQ(busy.error().code, Code::unavailable);
  EXPECT_TRUE(open_audit(server().url(), settings, Beside::our_own_store).has_value());
  first.reset();
  EXPECT_TRUE(open_audit(server().url(), settings, Beside::nobody).has_value());
  EXPECT_TRUE(attempt().has_value());
}

TEST_F(PostgresqlOpen, TwoStoresLiveInTwoSchemas) {
  auto first = value(attempt());
  settings.schema = PostgresqlServer::fresh_schema();
  EXPECT_TRUE(attempt().has_value());
}

// covers: F7
TEST_F(PostgresqlOpen, AnInterruptedMigrationGoesOn) {
  // As a start leaves it that ends after its first step.
  ask("CREATE SCHEMA " + settings.schema);
  ask("CREATE TABLE schema_version (version bigint PRIMARY KEY, name text NOT NULL, applied bigint "
      "NOT NULL)");
  ASSERT_TRUE(attempt().has_value());
  EXPECT_EQ(ask("SELECT version FROM schema_version ORDER BY version LIMIT 2"),
            (std::vector<std::string>{"1", "2"}));
  EXPECT_EQ(ask("SELECT count(*) FROM schema_version"),
            ask("SELECT max(version) FROM schema_version"))
      << "one is missing";
  ASSERT_TRUE(attempt().has_value()) << "and nothing is done twice";
}

}  // namespace
}  // namespace herald::store::test
