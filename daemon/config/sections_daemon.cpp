#include <algorithm>
#include <filesystem>

#include "base/text.hpp"
#include "config/rules.hpp"
#include "config/sections.hpp"

namespace herald::config {
namespace {

constexpr std::string_view kSqlite = "sqlite:", kPostgresql = "postgresql:";

/// `user:password@` of an URI, or the keyword.
bool holds_password(std::string_view url) {
  if (url.find("password") != std::string_view::npos) return true;
  const auto begin = url.find("://");
  if (begin == std::string_view::npos) return false;
  const auto authority = url.substr(begin + 3, url.find_first_of("/?", begin + 3) - begin - 3);
  const auto at = authority.rfind('@');
  return at != std::string_view::npos &&
         authority.substr(0, at).find(':') != std::string_view::npos;
}

/// Empty, or what is wrong with it.
std::string wrong_with_store(std::string_view url) {
  if (url.starts_with(kPostgresql)) {
    if (url.size() == kPostgresql.size() || url == "postgresql://")
      return "names no database; write it as in postgresql://herald@db.example.org/herald";
    if (holds_password(url))
      return "must hold no password; name a secret in store.password, or use a passfile";
    return {};
  }
  if (url.starts_with(kSqlite) && url.size() > kSqlite.size() &&
      url.find(":memory:") == std::string_view::npos)
    return {};
  return "must be sqlite:PATH or postgresql:..., such as sqlite:/var/lib/herald/herald.db or "
         "postgresql://herald@db.example.org/herald";
}

std::string schema_name(const std::string& name) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; };
  const bool good = !name.empty() && name.size() <= 63 && letter(name[0]) &&
                    !name.starts_with("pg_") && std::all_of(name.begin(), name.end(), [&](char c) {
                      return letter(c) || (c >= '0' && c <= '9');
                    });
  return good ? std::string{}
              : "must be at most 63 small letters, digits and underscores, and begin with neither "
                "a digit nor pg_";
}

std::string node_name(const std::string& name) {
  const bool good = name.size() <= 64 && std::all_of(name.begin(), name.end(), [](char c) {
                      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                             (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
                    });
  return good ? std::string{} : "must be at most 64 letters, digits, dots, hyphens and underscores";
}

std::string table_name(const std::string& name) {
  if (name.empty()) return {};
  const auto dot = name.find('.');
  const auto table = dot == std::string::npos ? std::string{} : name.substr(dot + 1);
  const bool good = schema_name(name.substr(0, dot)).empty() && schema_name(table).empty();
  return good ? std::string{}
              : "must name the table with its schema, in small letters, digits and underscores, as "
                "in public.users";
}

void read_store(Reader& r, Config& c) {
  auto& store = c.store;
  r.text("url", store.url, "where notifications are kept: sqlite:PATH or postgresql:...",
         [&](const std::string& url) -> std::string {
           auto wrong = wrong_with_store(url);
           if (!wrong.empty())
             r.context().diagnostics.hide(r.mark("url"));  // a database URL may hold a password
           return wrong;
         });
  if (!r.describing() && store.url.starts_with(kSqlite))
    store.url =
        std::string{kSqlite} + absolute(store.url.substr(kSqlite.size()), r.context().folder);
  r.number("queue", store.queue, 16, 1'000'000,
           "writes that may wait for the disk; beyond it 503 with Retry-After");
  r.section("retention", "how long is kept what nobody needs any more", [&](Reader& t) {
    t.age("ended", store.retention.ended,
          "notifications with their answers, so long after their latest event once they ended",
          {std::chrono::days{2}, std::chrono::days{3650}});
  });
  r.text("schema", store.schema, "PostgreSQL: the schema of all tables", schema_name);
  r.text("password", store.password,
         "PostgreSQL: name of the secret that holds it; empty: passfile, PGPASSWORD or none");
  r.flag("allow_unsafe", store.allow_unsafe,
         "PostgreSQL: also where fsync, full_page_writes or synchronous_commit is off");
  r.flag("nodes", store.nodes,
         "PostgreSQL: several heraldd use this schema together; every one of them says so");
  r.text("node", store.node, "PostgreSQL: this one's name among them; empty: the host's",
         node_name);
  r.duration("lease", store.lease, "PostgreSQL: how long a node that died keeps its work",
             {std::chrono::seconds{2}, std::chrono::minutes{5}});
  r.section(
      "tables", "PostgreSQL: tables of an existing application that Herald uses", [&](Reader& t) {
        t.text("users", store.tables.users,
               "its people, only read: columns id and phone or phone_number", table_name);
        t.text("conversations", store.tables.conversations,
               "its conversation history, where every webchat notification gets a row", table_name);
      });
}

void read_http(Reader& r, Config& c) {
  auto& h = c.http;
  r.text("address", h.address, "address to listen on; behind a reverse proxy keep it at 127.0.0.1",
         rules::address);
  r.number("port", h.port, 0, 65'535, "0 takes any free port");
  r.text("public_url", h.public_url, "the URL under which clients and providers reach this daemon",
         rules::public_url);
  while (h.public_url.ends_with('/')) h.public_url.pop_back();
  r.texts("trusted_proxies", h.trusted_proxies,
          "addresses or networks whose X-Forwarded-* headers are believed", rules::network);
  r.texts("allowed_origins", h.allowed_origins,
          "web origins whose pages may call the daemon from a browser", rules::origin);
  r.number("max_connections", h.max_connections, 1, 1'000'000,
           "connections open at once; further ones are closed");
  r.number("max_per_address", h.max_per_address, 1, 1'000'000,
           "of them, from one address (IPv6: one /64); trusted proxies are exempt");
  r.rate("person_rate", h.person_rate, "requests of one person, by default 100/s; beyond it 429");
  r.number("person_burst", h.person_burst, 1, 1'000'000,
           "of `person_rate`, how many at once after a pause");
  r.rate("failure_rate", h.failure_rate,
         "refused credentials from one address, by default 2/s; beyond it 429 instead of 401");
  r.number("failure_burst", h.failure_burst, 1, 1'000'000,
           "of `failure_rate`, how many at once after a pause");
  r.number("threads", h.threads, 0, 256, "threads for network work; 0: one per core, at most 4");
}

void read_log(Reader& r, Config& c) {
  using enum base::LogLevel;
  r.choice(
      "level", c.log.level,
      {{"trace", trace}, {"debug", debug}, {"info", info}, {"warning", warning}, {"error", error}},
      "the least important message that is written");
  r.choice("format", c.log.format, {{"text", LogFormat::text}, {"json", LogFormat::json}},
           "one line per message in this form");
  r.text("to", c.log.to, "stderr, journal, or the path of a file",
         [&](const std::string& to) -> std::string {
           if (to == "stderr" || to == "journal") return {};
           if (to.find('/') == std::string::npos) {
             constexpr std::string_view kNames[] = {"stderr", "journal"};
             const auto guess = base::did_you_mean(to, kNames);
             return "must be stderr, journal or a path with a slash" +
                    (guess ? "; did you mean `" + std::string{*guess} + "`?" : std::string{});
           }
           std::error_code problem;
           const auto parent =
               std::filesystem::path{absolute(to, r.context().folder)}.parent_path();
           if (!std::filesystem::is_directory(parent, problem))
             return "lies in " + parent.string() + ", which is no folder; make it first";
           return {};
         });
  if (c.log.to.find('/') != std::string::npos) c.log.to = absolute(c.log.to, r.context().folder);
}

}  // namespace

void read_daemon(Reader& root, Config& c) {
  root.flag("development", c.development,
            "everything is allowed without credentials; only with a loopback http.address");
  root.section("store", "the database", [&](Reader& r) { read_store(r, c); });
  root.section("http", "the one network listener", [&](Reader& r) { read_http(r, c); });
  root.section("control", "the Unix socket of heraldctl", [&](Reader& r) {
    r.path("socket", c.control.socket, "path of the socket");
    r.text("group", c.control.group, "group that may send and look", rules::group);
    r.text("admin_group", c.control.admin_group, "group that may do everything", rules::group);
  });
  root.section("log", "what the daemon tells the administrator",
               [&](Reader& r) { read_log(r, c); });
  root.section("plugins", "where plugins are found", [&](Reader& r) {
    r.paths("path", c.plugin_path,
            "folders searched for plugins, in order; empty: the installed one");
    std::error_code problem;
    for (std::size_t i = 0; i < c.plugin_path.size(); ++i) {
      if (!std::filesystem::is_directory(c.plugin_path[i], problem))
        r.context().diagnostics.warning(
            c.mark("plugins.path[" + std::to_string(i) + "]"),
            c.plugin_path[i] + " is no folder; no plugin is loaded from it");
    }
  });
  root.section("limits", "bounds of what waits in the daemon", [&](Reader& r) {
    r.number("backlog", c.limits.backlog, 1, 1'000'000'000,
             "stored notifications that have not ended; beyond it 503");
    r.number("in_flight", c.limits.in_flight, 1, 100'000,
             "attempts under way at once, over all channels");
    r.number("accepted_queue", c.limits.accepted_queue, 16, 1'000'000,
             "accepted notifications held in memory; the others wait in the store");
    r.number("journal", c.limits.journal, 1'000, 1'000'000'000,
             "recorded changes kept for those who follow them; more until every webhook was told");
  });
}

void read_people(Reader& root, Config& c) {
  root.section("directory", "who notifications are for", [&](Reader& r) {
    r.text("region", c.directory.region,
           "country of telephone numbers written without country code", rules::region);
    r.choice("unknown_recipient", c.directory.create_unknown, {{"error", false}, {"create", true}},
             "a notification for somebody unknown is refused, or creates that person");
  });
  root.section("inbox", "what webchat shows", [&](Reader& r) {
    r.number("keep", c.inbox_keep, 1, 500,
             "newest notifications that stay in a person's list; the history keeps all");
  });
  root.text("locale", c.locale, "language of texts for people who have none of their own",
            rules::locale);
  root.text(
      "time_zone", c.time_zone,
      "zone of the times in texts, and of the quiet hours of people who have none of their own",
      rules::time_zone);
  root.quiet_hours("quiet_hours", c.quiet_hours,
                   "when channels that disturb wait, such as 22:00-07:00; urgent passes");
}

}  // namespace herald::config
