#include "store/moving/tables.hpp"

namespace herald::store::moving {
namespace {

using enum Kind;

const std::vector<Table>& all() {
  static const std::vector<Table> tables{
      {"users",
       {{"id"}},
       {{"id"}, {"name", text}, {"provider", small}, {"created"}, {"time_zone", text}}},
      {"identities",
       {{"kind", text}, {"value", text}},
       {{"kind", text},
        {"value", text},
        {"user_id"},
        {"reach", text},
        {"reach_until"},
        {"consent", text},
        {"consent_until"}}},
      {"chains", {{"id"}}, {{"id"}, {"body", text}}, true},
      {"notifications", {{"rowid"}}, {{"rowid"},         {"id", text},        {"producer", text},
                                      {"kind", text},    {"type", text},      {"user_id"},
                                      {"to_kind", text}, {"to_value", text},  {"params", text},
                                      {"content", text}, {"priority", small}, {"created"},
                                      {"not_before"},    {"expires"},         {"chain_id"},
                                      {"state", small},  {"due_at"},          {"in_flight", small},
                                      {"last_seq"},      {"progress", text},  {"paused_at", text}}},
      {"attempts",
       {{"notification"}, {"run"}, {"step"}, {"number"}},
       {{"notification"},
        {"run"},
        {"step"},
        {"number"},
        {"round"},
        {"channel", text},
        {"started"},
        {"ended"},
        {"outcome", small},
        {"reason", small},
        {"detail", text},
        {"provider_id", text},
        {"evidence", small},
        {"evidence_at"},
        {"failed", small}}},
      {"timeline",
       {{"notification"}, {"seq"}},
       {{"notification"}, {"seq"}, {"at"}, {"event", text}, {"state", small}, {"reason", small}}},
      {"renderings",
       {{"notification"}, {"run"}, {"step"}},
       {{"notification"}, {"run"}, {"step"}, {"version", text}, {"body", text}}},
      {"earlier_chains", {{"notification"}, {"run"}}, {{"notification"}, {"run"}, {"chain_id"}}},
      {"idempotency",
       {{"rowid"}},
       {{"producer", text}, {"key", text}, {"id", text}, {"digest", text}, {"expires"}}},
      {"dedupe", {{"rowid"}}, {{"key", text}, {"id", text}, {"expires"}}},
      {"parked_receipts",
       {{"rowid"}},
       {{"rowid"},
        {"channel", text},
        {"provider_id", text},
        {"notification", owner},
        {"event", text},
        {"expires"}},
       true},
      {"inbox_users",
       {{"user_id"}},
       {{"user_id"}, {"last_seq"}, {"last_at"}, {"active"}, {"first_active"}, {"older_unread"}}},
      {"conversations",
       {{"id"}},
       {{"id"},
        {"user_id"},
        {"request_id"},
        {"session_id", text},
        {"message_type", text},
        {"message_content", text},
        {"ai_response", text},
        {"extracted_data", text},
        {"confidence_score", real},
        {"execution_time", real},
        {"action_code", text},
        {"action_metadata", text},
        {"conversation_state", text},
        {"action_success", flag},
        {"created_at", local_time}},
       true},
      {"inbox_items",
       {{"id"}},
       {{"id"},
        {"user_id"},
        {"seq"},
        {"at"},
        {"notification"},
        {"type", text},
        {"title", text},
        {"text", text},
        {"markdown", text},
        {"actions", text},
        {"read", small},
        {"returned", small},
        {"gone", small},
        {"answered", text},
        {"conversation"},
        {"changed"},
        {"changes"}}},
      {"questions",
       {{"notification"}},
       {{"notification"}, {"user_id"}, {"actions", text}, {"answered"}}},
      {"answers",
       {{"number"}},
       {{"number"},
        {"notification"},
        {"id", text},
        {"user_id"},
        {"kind", text},
        {"action", text},
        {"label", text},
        {"channel", text},
        {"at", instant}},
       true},
      {"kv",
       {{"instance", text}, {"key", text}},
       {{"instance", text}, {"key", text}, {"value", bytes}, {"version"}, {"expires"}}},
      {"service_tokens",
       {{"id"}},
       {{"id"},
        {"name", text},
        {"digest", text},
        {"scopes", text},
        {"created"},
        {"expires"},
        {"revoked"}},
       true},
      {"revoked_tokens", {{"user_id"}}, {{"user_id"}, {"before"}}},
      {"pauses",
       {{"channel", text}},
       {{"channel", text}, {"reason", text}, {"by", text}, {"since"}}},
      {"notes", {{"name", text}}, {{"name", text}, {"body", text}}},
      {"journal",
       {{"pos"}},
       {{"pos"},
        {"notification"},
        {"first_seq"},
        {"last_seq"},
        {"before", small},
        {"state", small},
        {"reason", small},
        {"evidence_before", small},
        {"evidence", small}}},
      {"webhooks",
       {{"name", text}},
       {{"name", text}, {"url", text}, {"cursor"}, {"disabled", text}}},
      {"webhook_messages",
       {{"webhook", text}, {"pos"}},
       {{"webhook", text},
        {"pos"},
        {"notification", text},
        {"id", text},
        {"body", text},
        {"tries"},
        {"first_try"},
        {"next_try"},
        {"error", text}}}};
  return tables;
}

std::string source_value(const Column& column) {
  const std::string name = '"' + std::string{column.name} + '"';
  switch (column.kind) {
    case real:  // seventeen digits are the number again
      return "CASE WHEN " + name + " IS NOT NULL THEN printf('%!.17g', " + name + ") END";
    case bytes:
      return "'\\x' || hex(" + name + ")";
    case owner:
      return "provider_id";
    default:
      return name;
  }
}

const char* array_type(Kind kind) {
  switch (kind) {
    case whole:
      return "bigint[]";
    case small:
      return "smallint[]";
    case real:
      return "double precision[]";
    case bytes:
      return "bytea[]";
    case flag:
      return "boolean[]";
    case local_time:
      return "timestamp[]";
    case instant:
      return "timestamptz[]";
    case text:
    case owner:
      break;
  }
  return "text[]";
}

std::string names(const std::vector<Column>& columns) {
  std::string out;
  for (const auto& column : columns)
    out += (out.empty() ? "\"" : ", \"") + std::string{column.name} + '"';
  return out;
}

}  // namespace

std::span<const Table> tables() { return all(); }

std::string select_page(const Table& table, bool resumed) {
  std::string out = "/* move */ SELECT " + names(table.key);
  for (const auto& column : table.columns) out += ", " + source_value(column);
  out += " FROM " + std::string{table.name};
  if (resumed) {
    std::string last;
    for (const auto& column : table.key)
      last += std::string{last.empty() ? "" : ", "} +
              (column.kind == text ? "?" : "CAST(? AS INTEGER)");
    out += " WHERE (" + names(table.key) + ") > (" + last + ")";
  }
  return out + " ORDER BY " + names(table.key) + " LIMIT ?";
}

std::string insert_rows(const Table& table) {
  std::string arrays;
  for (std::size_t i = 0; i < table.columns.size(); ++i)
    arrays +=
        (i == 0 ? "$" : ", $") + std::to_string(i + 1) + "::" + array_type(table.columns[i].kind);
  return "/* move */ INSERT INTO " + std::string{table.name} + "(" + names(table.columns) +
         ") OVERRIDING SYSTEM VALUE SELECT * FROM unnest(" + arrays + ")";
}

}  // namespace herald::store::moving
