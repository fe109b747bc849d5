#include "store/postgresql/application.hpp"

#include <algorithm>
#include <map>
#include <span>
#include <vector>

#include "base/faults.hpp"

namespace herald::store::postgresql {
namespace {

using base::Code;
using base::fail;

const Sql kTable{
    "/* session */ SELECT c.oid, has_table_privilege(c.oid, 'SELECT')::int, "
    "has_table_privilege(c.oid, 'INSERT')::int FROM pg_class c JOIN pg_namespace n ON n.oid = "
    "c.relnamespace WHERE n.nspname = $1 AND c.relname = $2 AND c.relkind IN ('r', 'p')"};
const Sql kColumns{
    "/* session */ SELECT a.attname, format_type(a.atttypid, NULL), (a.attnotnull AND NOT "
    "a.atthasdef AND a.attidentity = '')::int, pg_get_serial_sequence(format('%I.%I', $2::text, "
    "$3::text), a.attname) FROM pg_attribute a WHERE a.attrelid = $1 AND a.attnum > 0 AND NOT "
    "a.attisdropped ORDER BY a.attnum"};
const Sql kMayCount{"/* session */ SELECT has_sequence_privilege($1::text, 'USAGE')::int"};
const Sql kNote{"/* session */ SELECT body FROM notes WHERE name = $1"};
const Sql kPutNote{
    "/* session */ INSERT INTO notes(name, body) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET "
    "body = excluded.body"};
const Sql kHistory{"/* session */ SELECT count(*) FROM (SELECT 1 FROM conversations LIMIT 1) c"};

constexpr const char* kUsersNote = "store.tables.users";
constexpr const char* kConversationsNote = "store.tables.conversations";

/// A column and the types it may have, the first one the best.
struct Wanted {
  const char* name;
  std::vector<std::string_view> types;
};
const std::vector<std::string_view> kWhole{"bigint", "integer"}, kText{"text", "character varying"},
    kData{"text", "character varying", "json", "jsonb"},
    kReal{"double precision", "real", "numeric"};

// reference: webchat-api, "Conversation history".
const std::vector<Wanted> kConversationColumns{
    {"id", kWhole},
    {"user_id", kWhole},
    {"request_id", {"bigint", "integer", "text", "character varying"}},
    {"session_id", kText},
    {"message_type", kText},
    {"message_content", kText},
    {"ai_response", kText},
    {"extracted_data", kData},
    {"confidence_score", kReal},
    {"execution_time", kReal},
    {"action_code", kText},
    {"action_metadata", kData},
    {"conversation_state", kText},
    {"action_success", {"boolean"}},
    {"created_at", {"timestamp without time zone", "timestamp with time zone"}}};
/// Those that a new row has; all others stay empty.
constexpr std::string_view kFilled[] = {
    "id",         "user_id",          "message_type", "message_content",    "ai_response",
    "created_at", "confidence_score", "action_code",  "conversation_state", "action_success"};

/// An application's table as it is.
struct Table {
  struct Column {
    std::string type, sequence;
    bool must_be_given = false;
  };
  bool there = false, may_read = false, may_write = false;
  std::map<std::string, Column, std::less<>> columns;
};

std::pair<std::string, std::string> parts_of(const std::string& name) {
  const auto dot = name.find('.');
  return {name.substr(0, dot), name.substr(dot + 1)};
}
/// For statements: only letters, digits and underscores are in it (address_of() saw to that).
std::string quoted(const std::string& name) {
  const auto [schema, table] = parts_of(name);
  return "\"" + schema + "\".\"" + table + "\"";
}

Table look(Connection& db, const std::string& name) {
  const auto [schema, table] = parts_of(name);
  Table out;
  const auto found = db.use(kTable, schema, table);
  if (found.empty()) return out;
  out.there = true;
  out.may_read = found[0].integer(1) != 0;
  out.may_write = found[0].integer(2) != 0;
  for (const auto row : db.use(kColumns, found[0].integer(0), schema, table))
    out.columns[row.string(0)] = {row.string(1), row.string(3), row.integer(2) != 0};
  return out;
}

/// Everything that is wrong, in one sentence.
class Faults {
 public:
  Faults(const char* setting, const std::string& name) : setting_(setting), name_(name) {}
  void add(const std::string& fault) { all_ += (all_.empty() ? "" : "; ") + fault; }
  void column(const Table& table, const Wanted& wanted) {
    const auto found = table.columns.find(wanted.name);
    if (found == table.columns.end())
      return add("column " + std::string{wanted.name} + " (" + std::string{wanted.types[0]} +
                 ") is missing");
    const auto& type = found->second.type;
    if (std::find(wanted.types.begin(), wanted.types.end(), type) != wanted.types.end()) return;
    std::string may;
    for (const auto& one : wanted.types) may += (may.empty() ? "" : " or ") + std::string{one};
    add("column " + std::string{wanted.name} + " is " + type + ", not " + may);
  }
  base::Result<void> result() const {
    if (all_.empty()) return {};
    return fail(Code::invalid,
                std::string{setting_} + ": " + name_ + ": " + all_ +
                    "; nothing was changed: correct the table or its rights, or name another",
                setting_);
  }

 private:
  const char* const setting_;
  const std::string& name_;
  std::string all_;
};

std::string phone_column(const Table& table) {
  for (const auto* name : {"phone", "phone_number"})
    if (table.columns.count(name) != 0) return name;
  return {};
}

base::Result<void> check_users(Connection& db, const std::string& name) {
  Faults faults{kUsersNote, name};
  const auto table = look(db, name);
  if (!table.there) {
    faults.add("there is no such table");
    return faults.result();
  }
  if (!table.may_read) faults.add("this role may not read it (GRANT SELECT)");
  faults.column(table, {"id", kWhole});
  const auto phone = phone_column(table);
  if (phone.empty())
    faults.add("column phone or phone_number (text) is missing");
  else
    faults.column(table, {phone.c_str(), kText});
  return faults.result();
}

base::Result<void> check_conversations(Connection& db, const std::string& name) {
  Faults faults{kConversationsNote, name};
  const auto table = look(db, name);
  if (!table.there) {
    faults.add("there is no such table");
    return faults.result();
  }
  if (!table.may_read || !table.may_write)
    faults.add("this role may not read and write it (GRANT SELECT, INSERT)");
  for (const auto& wanted : kConversationColumns) faults.column(table, wanted);
  for (const auto& [column, is] : table.columns)
    if (is.must_be_given &&
        std::find(std::begin(kFilled), std::end(kFilled), column) == std::end(kFilled))
      faults.add("column " + column + " must be given, and Herald does not know it");
  if (const auto id = table.columns.find("id"); id != table.columns.end()) {
    if (id->second.sequence.empty())
      faults.add("column id has no sequence of its own (serial or identity)");
    else if (db.use(kMayCount, id->second.sequence)[0].integer(0) == 0)
      faults.add("this role may not count it up (GRANT USAGE ON SEQUENCE " + id->second.sequence +
                 ")");
  }
  return faults.result();
}

std::string note(Connection& db, const char* name) {
  const auto rows = db.use(kNote, name);
  return rows.empty() ? std::string{} : rows[0].string(0);
}

void adopt_users(Connection& db, const std::string& name) {
  db.exec("DROP VIEW application_users");
  if (name.empty())
    db.exec(
        "CREATE VIEW application_users AS SELECT NULL::bigint AS id, NULL::text AS phone WHERE "
        "false");
  else
    db.exec("CREATE VIEW application_users AS SELECT id, " + phone_column(look(db, name)) +
            "::text AS phone FROM " + quoted(name));
  db.run(kPutNote, kUsersNote, name);
}

base::Result<void> adopt_conversations(Connection& db, const Address& address,
                                       const std::string& before) {
  const auto& name = address.conversations;
  if (!before.empty())
    return fail(Code::invalid,
                "the conversation history of schema " + address.schema + " is kept in " + before +
                    "; say store.tables.conversations: " + before + " again",
                kConversationsNote);
  if (db.use(kHistory)[0].integer(0) != 0)
    return fail(Code::invalid,
                "schema " + address.schema +
                    " has a conversation history of its own already, which would be left behind; "
                    "leave store.tables.conversations out, or begin with another store.schema",
                kConversationsNote);
  std::string columns;
  for (const auto& column : kConversationColumns)
    columns += (columns.empty() ? "" : ", ") + std::string{column.name};
  db.exec("DROP TABLE conversations");
  db.exec("CREATE VIEW conversations AS SELECT " + columns + " FROM " + quoted(name));
  db.exec(
      "CREATE OR REPLACE FUNCTION next_conversation() RETURNS bigint LANGUAGE sql VOLATILE AS "
      "$next$SELECT nextval(pg_get_serial_sequence('" +
      quoted(name) + "', 'id'))$next$");
  db.run(kPutNote, kConversationsNote, name);
  return {};
}

}  // namespace

base::Result<void> check_application(Connection& db, const Address& address) {
  if (!address.users.empty())
    if (auto checked = check_users(db, address.users); !checked) return checked;
  if (!address.conversations.empty()) return check_conversations(db, address.conversations);
  return {};
}

base::Result<void> adopt_application(Connection& db, const Address& address) {
  const auto conversations = note(db, kConversationsNote);
  const bool users_change = note(db, kUsersNote) != address.users;
  if (!users_change && conversations == address.conversations) return {};
  db.exec("BEGIN");
  if (users_change) adopt_users(db, address.users);
  HERALD_POINT("pg.adopting");
  if (conversations != address.conversations) {
    if (auto adopted = adopt_conversations(db, address, conversations); !adopted) {
      db.exec("ROLLBACK");
      return adopted;
    }
  }
  db.commit();
  return {};
}

}  // namespace herald::store::postgresql
