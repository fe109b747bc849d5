#include <filesystem>
#include <set>

#include "base/text.hpp"
#include "config/rules.hpp"
#include "config/sections.hpp"

namespace herald::config {
namespace {

void known_secret(const Config& c, const std::string& name, const std::string& path,
                  Diagnostics& diagnostics) {
  if (name.empty() || c.secrets.contains(name)) return;
  std::vector<std::string_view> names;
  for (const auto& [known, secret] : c.secrets) names.push_back(known);
  const auto guess = base::did_you_mean(name, names);
  diagnostics.error(c.mark(path),
                    "there is no secret `" + name + "` under `secrets`" +
                        (guess ? "; did you mean `" + std::string{*guess} + "`?" : ""));
}

void check_secrets(const Config& c, Diagnostics& diagnostics) {
  for (const auto& [name, secret] : c.secrets) {
    if (secret.file.empty()) continue;
    std::error_code problem;
    const auto status = std::filesystem::status(secret.file, problem);
    const auto mark = c.mark("secrets." + name + ".file");
    if (status.type() == std::filesystem::file_type::not_found) {
      diagnostics.error(mark, "there is no file " + secret.file +
                                  "; write the secret into it, readable by the daemon alone");
    } else if (problem) {
      diagnostics.warning(mark,
                          secret.file + " cannot be looked at by this user: " + problem.message());
    } else if (!std::filesystem::is_regular_file(status)) {
      diagnostics.error(mark, secret.file + " is not a file");
    } else if ((status.permissions() & std::filesystem::perms::others_read) !=
               std::filesystem::perms::none) {
      diagnostics.warning(mark, secret.file + " can be read by everybody; chmod o-rwx it");
    }
  }
  known_secret(c, c.store.password, "store.password", diagnostics);
  for (const auto& channel : c.channels)
    for (const auto& [key, name] : channel.secrets)
      known_secret(c, name, "channels." + channel.name + ".secrets." + key, diagnostics);
  for (std::size_t i = 0; i < c.webhooks.size(); ++i)
    for (std::size_t k = 0; k < c.webhooks[i].secrets.size(); ++k) {
      const auto path = "webhooks[" + std::to_string(i) + "].secret";
      const auto item = path + '[' + std::to_string(k) + ']';
      known_secret(c, c.webhooks[i].secrets[k], c.marks.contains(item) ? item : path, diagnostics);
    }
  std::set<std::string> ids;
  const auto& keys = c.auth.user_tokens.keys;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const auto path = "auth.user_tokens.keys[" + std::to_string(i) + "]";
    known_secret(c, keys[i].secret, path + ".secret", diagnostics);
    if (!keys[i].id.empty() && !ids.insert(keys[i].id).second)
      diagnostics.error(c.mark(path + ".id"),
                        "another key has the id `" + keys[i].id + "`; ids must differ");
  }
}

bool lies_in(const std::string& path, const std::string& prefix) {
  return path.starts_with(prefix) && (path.size() == prefix.size() || path[prefix.size()] == '/');
}

void check_channels(const Config& c, Diagnostics& diagnostics) {
  for (std::size_t i = 0; i < c.channels.size(); ++i) {
    const auto& channel = c.channels[i];
    if (channel.isolation == Isolation::process)
      diagnostics.error(c.mark("channels." + channel.name + ".isolation"),
                        "`process` is not available yet; write `isolation: daemon`");
    for (std::size_t k = 0; channel.enabled && k < i; ++k) {
      const auto& other = c.channels[k];
      if (other.enabled &&
          (lies_in(channel.prefix, other.prefix) || lies_in(other.prefix, channel.prefix)))
        diagnostics.error(
            c.mark("channels." + channel.name + ".prefix"),
            "channels `" + other.name + "` and `" + channel.name + "` both want the HTTP prefix " +
                (channel.prefix.size() < other.prefix.size() ? channel.prefix : other.prefix) +
                "; give one of them another `prefix`");
    }
  }
}

void check_webhooks(const Config& c, Diagnostics& diagnostics) {
  std::set<std::string> names;
  for (std::size_t i = 0; i < c.webhooks.size(); ++i) {
    const auto& webhook = c.webhooks[i];
    const auto path = "webhooks[" + std::to_string(i) + ']';
    if (!webhook.name.empty() && !names.insert(webhook.name).second)
      diagnostics.error(c.mark(path + ".name"),
                        "another webhook has the name `" + webhook.name + "`; names must differ");
    if (webhook.secrets.empty())
      diagnostics.error(c.mark(path),
                        "a webhook needs a `secret`: the name, under `secrets`, of "
                        "the key its messages are signed with");
  }
}

}  // namespace

void check_together(const Config& c, Diagnostics& diagnostics) {
  if (c.development && !rules::is_loopback(c.http.address))
    diagnostics.error(c.mark("development"),
                      "`development: true` needs no credentials and so is allowed only with a "
                      "loopback `http.address` such as "
                      "127.0.0.1, not " +
                          c.http.address);
  if (c.store.nodes && !c.store.url.starts_with("postgresql:"))
    diagnostics.error(c.mark("store.nodes"),
                      "`store.nodes: true` needs PostgreSQL: a SQLite file belongs to one heraldd");
  check_secrets(c, diagnostics);
  check_channels(c, diagnostics);
  check_webhooks(c, diagnostics);
  std::set<std::string> names;
  for (const auto& route : c.routes)
    if (!route.name.empty() && !names.insert(route.name).second)
      diagnostics.error(route.mark,
                        "another route has the name `" + route.name + "`; names must differ");
}

}  // namespace herald::config
