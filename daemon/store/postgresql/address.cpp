#include "store/postgresql/address.hpp"

#include <libpq-fe.h>

#include <algorithm>
#include <map>
#include <memory>
#include <sstream>

namespace herald::store::postgresql {
namespace {

using base::Code;
using base::fail;

constexpr std::string_view kScheme = "postgresql:";

/// What libpq does without: it would wait for minutes. Milliseconds, or seconds where libpq has it
/// so (trap 4).
constexpr std::pair<const char*, const char*> kDefaults[] = {
    {"connect_timeout", "2"},    {"tcp_user_timeout", "8000"},
    {"keepalives_idle", "2"},    {"keepalives_interval", "2"},
    {"keepalives_count", "3"},   {"target_session_attrs", "read-write"},
    {"client_encoding", "UTF8"}, {"fallback_application_name", "heraldd"},
};

using Settings = std::map<std::string, std::string>;

std::string quoted(const std::string& value) {
  std::string out = "'";
  for (const char c : value) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out + "'";
}

std::string get(const Settings& settings, const char* key, std::string otherwise) {
  const auto found = settings.find(key);
  return found == settings.end() ? otherwise : found->second;
}

std::string conninfo(const Settings& settings) {
  std::string out;
  for (const auto& [key, value] : settings) out += key + "=" + quoted(value) + " ";
  return out;
}

/// The servers that the settings name, each alone; empty when it is one.
std::vector<std::string> each_alone(const Settings& settings) {
  constexpr const char* kPerHost[] = {"host", "hostaddr", "port"};
  std::map<std::string, std::vector<std::string>> lists;
  std::size_t count = 0;
  for (const char* key : kPerHost) {
    std::istringstream text{get(settings, key, "")};
    for (std::string part; std::getline(text, part, ',');) lists[key].push_back(part);
    count = std::max(count, lists[key].size());
  }
  std::vector<std::string> out;
  for (std::size_t i = 0; count > 1 && i < count; ++i) {
    auto alone = settings;
    for (const auto& [key, values] : lists)  // one port may stand for all
      if (!values.empty()) alone[key] = values[std::min(i, values.size() - 1)];
    out.push_back(conninfo(alone));
  }
  return out;
}

bool good_schema(std::string_view name) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; };
  return !name.empty() && name.size() <= 63 && letter(name[0]) && !name.starts_with("pg_") &&
         std::all_of(name.begin(), name.end(),
                     [&](char c) { return letter(c) || (c >= '0' && c <= '9'); });
}

bool good_table(std::string_view name) {
  const auto dot = name.find('.');
  return dot != std::string_view::npos && good_schema(name.substr(0, dot)) &&
         good_schema(name.substr(dot + 1));
}

}  // namespace

base::Result<Address> address_of(const std::string& url, const Server& server) {
  std::string text = url;
  if (!text.starts_with("postgresql://")) text.erase(0, kScheme.size());
  char* why = nullptr;
  const std::unique_ptr<PQconninfoOption, void (*)(PQconninfoOption*)> parsed{
      PQconninfoParse(text.c_str(), &why), PQconninfoFree};
  const std::unique_ptr<char, void (*)(void*)> message{why, PQfreemem};
  if (!parsed)
    return fail(Code::invalid,
                "the storage URL cannot be understood; write it as in "
                "postgresql://herald@db.example.org/herald",
                "storage.url");
  Settings settings;
  for (const auto* option = parsed.get(); option->keyword != nullptr; ++option)
    if (option->val != nullptr && *option->val != '\0') settings[option->keyword] = option->val;
  if (settings.count("password") != 0)
    return fail(Code::invalid,
                "the storage URL holds a password; name a secret in store.password instead, or put "
                "it into a passfile",
                "storage.url");
  if (!good_schema(server.schema))
    return fail(Code::invalid,
                "store.schema must be small letters, digits and underscores, and not begin with a "
                "digit or pg_",
                "storage.schema");
  for (const auto* table : {&server.users, &server.conversations})
    if (!table->empty() && !good_table(*table))
      return fail(Code::invalid,
                  "store.tables names tables as in public.users, in small letters, digits and "
                  "underscores",
                  "store.tables");
  for (const auto& [key, value] : kDefaults) settings.emplace(key, value);
  if (!server.password.empty()) settings["password"] = server.password;

  Address out;
  out.schema = server.schema;
  out.allow_unsafe = server.allow_unsafe;
  out.users = server.users;
  out.conversations = server.conversations;
  if (server.node) out.lease = std::make_shared<Lease>(*server.node);
  out.conninfo = conninfo(settings);
  out.each = each_alone(settings);
  out.shown = "database " + get(settings, "dbname", get(settings, "user", "of the daemon's user")) +
              " at " + get(settings, "host", "the local socket");
  if (const auto port = get(settings, "port", ""); !port.empty()) out.shown += " port " + port;
  return out;
}

}  // namespace herald::store::postgresql
