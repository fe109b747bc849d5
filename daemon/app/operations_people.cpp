// Users and tokens, as administrators manage them over the control socket.
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/json/value.hpp>

#include "app/operations.hpp"
#include "config/rules.hpp"

namespace herald::app {
namespace {

namespace json = boost::json;
using base::Code;
using base::fail;

/// What is known of reaching them there, such as "opted_in, unreachable"; empty: nothing.
std::string state_of(const store::User& user, const model::Identity& identity) {
  std::string out;
  for (const auto& known : user.states)
    if (known.identity == identity) out += (out.empty() ? "" : ", ") + known.state;
  return out;
}

json::object user_json(const store::User& user) {
  json::array identities;
  for (const auto& i : user.identities)
    identities.push_back(
        json::object{{"kind", i.kind}, {"value", i.value}, {"state", state_of(user, i)}});
  return {{"id", user.id},
          {"name", user.name},
          {"provider", user.provider},
          {"time_zone", user.time_zone},
          {"identities", std::move(identities)},
          {"created", base::to_iso8601(user.created)}};
}

}  // namespace

void ControlOperations::resolve(const std::string& spelled,
                                std::function<void(base::Result<model::UserId>)> done) {
  auto& directory = app_.core().directory;
  auto identity = directory.parse(spelled);
  if (!identity) return done(identity.error());
  directory.resolve(*identity, [done = std::move(done)](base::Result<model::UserId> user) {
    if (user && *user == 0)
      return done(
          fail(Code::not_found, "nobody has this id or number; heraldctl user add makes a user"));
    done(std::move(user));
  });
}

void ControlOperations::add_user(json::object in, Reply reply) {
  auto& core = app_.core();
  store::User user;
  const auto add = [&](model::Identity identity) -> std::optional<base::Error> {
    auto normal = core.directory.normalise(std::move(identity));
    if (!normal) return normal.error();
    user.identities.push_back(std::move(*normal));
    return std::nullopt;
  };
  if (const auto* id = in.if_contains("id"); id != nullptr && id->is_int64())
    user.id = id->get_int64();
  if (user.id < 0 || user.id >= (int64_t{1} << 53))
    return reply(fail(Code::invalid, "a user id is a whole number from 1 to 2^53 - 1", "id"));
  if (const auto* name = in.if_contains("name"); name != nullptr && name->is_string())
    user.name = std::string{name->get_string()};
  if (const auto* provider = in.if_contains("provider"); provider != nullptr && provider->is_bool())
    user.provider = provider->get_bool();
  if (const auto* phone = in.if_contains("phone"); phone != nullptr && phone->is_string())
    if (auto wrong = add({"phone", std::string{phone->get_string()}})) return reply(*wrong);
  if (const auto* list = in.if_contains("identities"); list != nullptr && list->is_array()) {
    for (const auto& entry : list->get_array()) {
      const auto* object = entry.if_object();
      const auto* kind = object == nullptr ? nullptr : object->if_contains("kind");
      const auto* value = object == nullptr ? nullptr : object->if_contains("value");
      if (kind == nullptr || value == nullptr || !kind->is_string() || !value->is_string())
        return reply(fail(Code::invalid, "an identity is {kind, value}", "identities"));
      if (auto wrong = add({std::string{kind->get_string()}, std::string{value->get_string()}}))
        return reply(*wrong);
    }
  }
  if (user.id == 0 && user.identities.empty())
    return reply(fail(Code::invalid, "give an id, a phone or another identity", "phone"));
  if (const auto* zone = in.if_contains("time_zone"); zone != nullptr && zone->is_string()) {
    user.time_zone = std::string{zone->get_string()};
    if (const auto wrong = config::rules::time_zone(user.time_zone); !wrong.empty())
      return reply(fail(Code::invalid, "time_zone " + wrong, "time_zone"));
  }
  if (user.name.size() > 200)
    return reply(fail(Code::invalid, "a name has at most 200 bytes", "name"));
  core.store->put_user(std::move(user),
                       [&core, reply = std::move(reply)](base::Result<store::User> stored) {
                         core.directory.forget();
                         if (!stored) return reply(stored.error());
                         reply(user_json(*stored));
                       });
}

void ControlOperations::show_user(std::string spelled, Reply reply) {
  resolve(spelled, [this, reply = std::move(reply)](base::Result<model::UserId> user) {
    if (!user) return reply(user.error());
    app_.core().store->user(*user, [reply](base::Result<store::User> found) {
      if (!found) return reply(found.error());
      reply(user_json(*found));
    });
  });
}

void ControlOperations::user_token(std::string spelled, base::Duration lifetime, Reply reply) {
  const auto longest = app_.config()->auth.user_tokens.lifetime;
  if (lifetime.count() == 0) lifetime = longest;
  if (lifetime.count() < 0 || lifetime > std::chrono::hours{12})
    return reply(
        fail(Code::invalid, "a user token lives at most 12 h; ask for a shorter one", "lifetime"));
  resolve(spelled, [this, lifetime, reply = std::move(reply)](base::Result<model::UserId> user) {
    if (!user) return reply(user.error());
    auto token = app_.core().authenticator.issue_user_token(*user, lifetime);
    if (!token) return reply(token.error());
    reply(json::object{{"token", *token},
                       {"user", *user},
                       {"expires", base::to_iso8601(app_.core().clock.now() + lifetime)}});
  });
}

void ControlOperations::service_token(std::string name, std::vector<std::string> scopes,
                                      base::TimePoint expires, Reply reply) {
  if (name.empty() || name.size() > 64 ||
      name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") !=
          std::string::npos)
    return reply(fail(Code::invalid,
                      "a token's name is 1 to 64 letters, digits, dots, dashes and underscores",
                      "name"));
  if (scopes.empty())
    return reply(
        fail(Code::invalid, "give at least one scope, such as notifications:send", "scopes"));
  const auto token = http::make_service_token(base::Random::system());
  store::ServiceToken record{name, http::digest_of(token), std::move(scopes),
                             app_.core().clock.now(), expires};
  app_.core().store->put_token(
      std::move(record),
      [this, name, token, expires, reply = std::move(reply)](base::Result<store::Nothing> stored) {
        if (!stored) return reply(stored.error());
        app_.tokens_changed([name, token, expires, reply](base::Result<void> refreshed) {
          if (!refreshed) return reply(refreshed.error());
          reply(json::object{
              {"name", name},
              {"token", token},
              {"expires", expires == base::TimePoint{} ? json::value(nullptr)
                                                       : json::value(base::to_iso8601(expires))}});
        });
      });
}

void ControlOperations::service_tokens(Reply reply) {
  app_.core().store->tokens(
      [reply = std::move(reply)](base::Result<std::vector<store::ServiceToken>> tokens) {
        if (!tokens) return reply(tokens.error());
        json::array out;
        for (const auto& t : *tokens) {
          json::array scopes;
          for (const auto& s : t.scopes) scopes.push_back(json::string{s});
          out.push_back(json::object{{"name", t.name},
                                     {"scopes", std::move(scopes)},
                                     {"created", base::to_iso8601(t.created)},
                                     {"expires", t.expires == base::TimePoint{}
                                                     ? json::value(nullptr)
                                                     : json::value(base::to_iso8601(t.expires))},
                                     {"revoked", false}});
        }
        reply(json::object{{"tokens", std::move(out)}});
      });
}

void ControlOperations::revoke_token(std::string name, Reply reply) {
  app_.core().store->revoke_token(
      std::move(name), [this, reply = std::move(reply)](base::Result<store::Nothing> revoked) {
        if (!revoked) return reply(revoked.error());
        app_.tokens_changed([reply](base::Result<void> refreshed) {
          if (!refreshed) return reply(refreshed.error());
          reply(json::object{});
        });
      });
}

void ControlOperations::revoke_user_tokens(std::string spelled, Reply reply) {
  resolve(spelled, [this, reply = std::move(reply)](base::Result<model::UserId> user) {
    if (!user) return reply(user.error());
    // A token says the second of its making only: those of this second may be older than now.
    const auto before = std::chrono::ceil<std::chrono::seconds>(app_.core().clock.now());
    app_.core().store->revoke_user(
        {*user, before}, [this, user = *user, before, reply](base::Result<store::Nothing> revoked) {
          if (!revoked) return reply(revoked.error());
          app_.tokens_changed([user, before, reply](base::Result<void> refreshed) {
            if (!refreshed) return reply(refreshed.error());
            reply(json::object{{"user", user}, {"before", base::to_iso8601(before)}});
          });
        });
  });
}

}  // namespace herald::app
