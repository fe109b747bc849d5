// config: herald.yaml and conf.d/*.yaml as one immutable typed value, with the place in the files
// of every setting. Loaded on the thread that starts or reloads; the finished Config is shared by
// all threads and never changes. Never opens a socket or database, never starts a plugin, never
// keeps the value of a secret.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/backoff.hpp"
#include "base/log.hpp"
#include "config/mark.hpp"
#include "model/chain.hpp"
#include "model/limits.hpp"
#include "model/types.hpp"

namespace herald::config {

using base::Duration;

/// All paths are absolute: a relative one in a file is resolved against the folder of the main
/// configuration file.
struct Store {
  /// `sqlite:/absolute/path` or `postgresql:` and what libpq understands; never with a password.
  std::string url = "sqlite:/var/lib/herald/herald.db";
  unsigned queue = 16'384;  ///< write requests waiting; beyond it 503
  // PostgreSQL only:
  std::string schema = "herald";  ///< small letters, digits, underscores
  std::string password;           ///< name in Config::secrets; empty: as libpq finds it
  bool allow_unsafe = false;      ///< also where a commit promises nothing
  bool nodes = false;             ///< other heraldd use the schema too
  std::string node;  ///< this one's name among them: 1 to 64 of [A-Za-z0-9._-]; empty: the host's
  Duration lease{std::chrono::seconds{10}};  ///< how long a node that died keeps its work
  /// Tables of an existing application, `schema.table`; empty: Herald keeps its own.
  struct Tables {
    std::string users, conversations;
    friend bool operator==(const Tables&, const Tables&) = default;
  } tables;
  struct Retention {
    base::Duration ended{
        0};  ///< what has ended is deleted so long after its latest event; 0: never
    friend bool operator==(const Retention&, const Retention&) = default;
  } retention;
  friend bool operator==(const Store&, const Store&) = default;
};

struct Http {
  std::string address = "127.0.0.1";  ///< an IPv4 or IPv6 literal
  unsigned port = 8440;               ///< 0: any free one
  std::string public_url;  ///< as clients and providers see the daemon; without a slash at the end;
                           ///< may be empty
  std::vector<std::string> trusted_proxies;  ///< address or address/bits whose X-Forwarded-* count
  std::vector<std::string> allowed_origins;  ///< `https://host[:port]`, lower case
  unsigned max_connections = 4'096;
  unsigned max_per_address = 256;  ///< of them, from one address; proxies are exempt
  model::Rate person_rate{100, std::chrono::seconds{1}};  ///< requests of one person
  unsigned person_burst = 200;
  model::Rate failure_rate{2, std::chrono::seconds{1}};  ///< refused credentials of one address
  unsigned failure_burst = 50;
  unsigned threads = 0;  ///< 0: one per core, at most 4
  friend bool operator==(const Http&, const Http&) = default;
};

struct Control {
  std::string socket = "/run/herald/control";
  std::string group = "herald", admin_group = "herald-admin";
  friend bool operator==(const Control&, const Control&) = default;
};

using base::LogLevel;
enum class LogFormat { text, json };
struct Log {
  LogLevel level = LogLevel::info;
  LogFormat format = LogFormat::text;
  std::string to = "stderr";  ///< `stderr`, `journal` or an absolute path
  friend bool operator==(const Log&, const Log&) = default;
};

struct Directory {
  std::string region =
      "CM";  ///< ISO 3166 alpha-2: where a phone number without country code is from
  bool create_unknown = false;  ///< unknown_recipient: create
  friend bool operator==(const Directory&, const Directory&) = default;
};

/// Where a secret is; exactly one is set. config::read_secret() reads it.
struct Secret {
  std::string file;        ///< absolute path
  std::string credential;  ///< name below $CREDENTIALS_DIRECTORY (systemd)
  friend bool operator==(const Secret&, const Secret&) = default;
};

enum class TokenAlgorithm { hs256, hs384, hs512, eddsa };
struct TokenKey {
  std::string id;  ///< `kid`, unique: 1 to 64 of [A-Za-z0-9._-]
  TokenAlgorithm algorithm =
      TokenAlgorithm::hs256;       ///< the only one a token signed with this key may use
  std::string secret;              ///< name in Config::secrets; 32 bytes or more
  base::TimePoint verify_until{};  ///< after it the key is refused: for rotation; epoch: no end
  friend bool operator==(const TokenKey&, const TokenKey&) = default;
};
struct UserTokens {
  Duration lifetime{
      std::chrono::minutes{15}};  ///< of tokens Herald issues; the longest it accepts of others
  std::string audience = "herald";
  std::string issuer;          ///< must equal `iss`; empty: not looked at
  std::vector<TokenKey> keys;  ///< any may verify, the first signs
  friend bool operator==(const UserTokens&, const UserTokens&) = default;
};
struct Auth {
  UserTokens user_tokens;
  std::string cookie = "herald_token";
  friend bool operator==(const Auth&, const Auth&) = default;
};

struct Templates {
  std::string plugin = "catalog";
  std::string settings_json = "{}";
  std::string sha256;  ///< of the plugin's file, 64 small hex digits; empty: not pinned
  Duration timeout{std::chrono::seconds{5}};  ///< of one rendering
  friend bool operator==(const Templates&, const Templates&) = default;
};

enum class Isolation { daemon, process };

/// A channel instance. `settings_json` is a JSON object that only the plugin understands, relative
/// paths already resolved.
struct Channel {
  std::string name;    ///< [a-z][a-z0-9_-]*, at most 64
  std::string plugin;  ///< short name of the plugin
  bool enabled = true;
  Isolation isolation = Isolation::daemon;
  Duration timeout{std::chrono::seconds{30}};  ///< of one attempt
  unsigned max_in_flight = 0;                  ///< 0: what the plugin says
  model::ChannelLimits limits;                 ///< rate, recipient_rate, quiet_hours and bursts
  std::string settings_json = "{}";
  std::map<std::string, std::string>
      secrets;                      ///< the plugin's name for it -> name in Config::secrets
  std::vector<std::string> grants;  ///< of: submit
  std::string prefix;  ///< of its HTTP routes, no slash at the end; /api/web-chat, /hooks/<channel>
  std::string sha256;  ///< of the plugin's file, 64 small hex digits; empty: not pinned
  Mark mark;
};

/// A step as written; what is absent gets its default in routing, which knows what the channel can
/// report.
struct Step {
  std::string channel;
  std::optional<model::Evidence> until;
  std::optional<Duration> within, try_for;
  std::optional<unsigned> attempts;
  std::optional<base::Backoff> backoff;
  Mark mark;
};

struct Match {
  std::vector<std::string> kinds;           ///< exact, `prefix.*` or `*`; empty: any
  std::vector<model::Priority> priorities;  ///< empty: any
  std::vector<std::string> producers;       ///< exact, or a prefix ended by `*`; empty: any
  bool any() const { return kinds.empty() && priorities.empty() && producers.empty(); }
};

struct Route {
  std::string name;
  Match match;
  std::vector<Step> chain;
  Duration expires_after{std::chrono::hours{24}}, receipts_for{std::chrono::hours{24}};
  model::Rounds rounds;
  Mark mark;
};

/// A producer's endpoint that is told what became of notifications (Standard Webhooks).
struct Webhook {
  std::string name;
  std::string url;                            ///< http or https, without user name and fragment
  std::vector<std::string> secrets;           ///< names in Config::secrets; signs with each of them
  std::vector<std::string> kinds, producers;  ///< as in Match
  std::vector<std::string> events;    ///< ended, corrected, redriven, answered, evidence, progress;
                                      ///< empty: the first four
  std::vector<Duration> retry_after;  ///< pauses before the second and every later try; empty: the
                                      ///< specification's
  Duration timeout{std::chrono::seconds{15}};
  unsigned in_flight = 8;
  friend bool operator==(const Webhook&, const Webhook&) = default;
};

/// Bounds of what waits in the daemon.
struct Limits {
  unsigned backlog = 1'000'000;  ///< stored notifications that have not ended; beyond it 503
  unsigned in_flight = 1'024;    ///< attempts under way, over all channels
  unsigned accepted_queue =
      8'192;  ///< accepted and held in memory for the dispatcher; more wait in the store
  unsigned journal = 1'000'000;  ///< entries kept for followers and webhooks
  friend bool operator==(const Limits&, const Limits&) = default;
};

/// Everything. Default-constructed it holds the defaults (with no channel and no route).
struct Config {
  bool development = false;  ///< no credentials needed; only with a loopback http.address
  Store store;
  Http http;
  Control control;
  Log log;
  std::vector<std::string>
      plugin_path;  ///< plugins.path: folders, searched in order; empty: the installed one
  Directory directory;
  unsigned inbox_keep = 10;  ///< inbox.keep
  std::string locale = "fr", time_zone = "Africa/Douala";
  model::QuietHours quiet_hours;  ///< of channels that disturb and say nothing of their own
  std::map<std::string, Secret, std::less<>> secrets;
  Auth auth;
  Templates templates;
  std::vector<Channel> channels;  ///< in the order of the files, disabled ones too
  std::vector<Route> routes;      ///< in the order of the files: the first match decides
  std::vector<Webhook> webhooks;
  std::vector<std::string> outbound_allow;  ///< outbound.allow: networks beyond the public ones
                                            ///< that webhooks may reach
  Limits limits;

  std::string folder;              ///< of the main file: what relative paths are resolved against
  std::vector<std::string> files;  ///< read, the main one first
  uint64_t generation = 0;  ///< set by load(): another one for every load of this process, never 0
  std::map<std::string, Mark, std::less<>>
      marks;  ///< "channels.webchat.settings.keep", "routes[1].chain[0].until"

  const Channel* channel(std::string_view name) const;
  /// The place of a setting; of the nearest enclosing one when it stands in no file.
  Mark mark(std::string_view path) const;
};

using ConfigPtr = std::shared_ptr<const Config>;

}  // namespace herald::config
