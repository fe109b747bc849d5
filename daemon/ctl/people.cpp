#include <ostream>

#include "base/text.hpp"
#include "ctl/command.hpp"
#include "ctl/members.hpp"
#include "ctl/render.hpp"
#include "ctl/times.hpp"

namespace herald::ctl {
namespace {

namespace json = boost::json;

Style style(const Context& context) { return {context.io.colour, context.io.clock.now()}; }

Exit show_answer(Context& context, const std::optional<json::object>& answer) {
  if (!answer) return context.exit;
  const auto user = member(*answer, "user");
  if (context.json) return context.document(user);
  render_user(user, style(context), context.io.out);
  return Exit::ok;
}

void add_options(po::options_description_easy_init& add) {
  add("phone", po::value<std::string>(), "phone in any usual spelling");
  add("name", po::value<std::string>(), "name");
  add("id", po::value<int64_t>(), "internal id (default: the next free one)");
  add("provider", po::bool_switch(), "the person is a provider");
  add("time-zone", po::value<std::string>(),
      "whose nights are the person's quiet hours, such as Europe/Paris (default: the daemon's)");
  add("identity", po::value<std::vector<std::string>>()->composing(),
      "KIND=VALUE, for example email=a@example.com; repeatable");
}

Exit user_add(Context& context, const po::variables_map& options) {
  json::object user;
  for (const auto* name : {"phone", "name"})
    if (given(options, name)) user[name] = value(options, name);
  if (given(options, "id")) user["id"] = options["id"].as<int64_t>();
  if (options["provider"].as<bool>()) user["provider"] = true;
  if (given(options, "time-zone")) user["time_zone"] = value(options, "time-zone");
  json::array identities;
  for (const auto& typed : values(options, "identity")) {
    const auto equals = typed.find('=');
    if (equals == std::string::npos || equals == 0)
      return context.refuse("--identity wants KIND=VALUE");
    identities.push_back(
        json::object{{"kind", typed.substr(0, equals)}, {"value", typed.substr(equals + 1)}});
  }
  if (!identities.empty()) user["identities"] = std::move(identities);
  // A person who is there already needs no address to get a time zone.
  const bool changes = user.contains("id") && user.contains("time_zone");
  if (!changes && !user.contains("phone") && !user.contains("identities"))
    return context.refuse("user add needs --phone or --identity: how the person can be reached");
  return show_answer(context, context.ask("AddUser", std::move(user)));
}

void who_option(po::options_description_easy_init& add) {
  add("who", po::value<std::string>(), "an id or a phone in any spelling");
}

Exit user_show(Context& context, const po::variables_map& options) {
  if (!given(options, "who")) return context.refuse("user show needs WHO: an id or a phone");
  return show_answer(context, context.ask("ShowUser", {{"user", value(options, "who")}}));
}

/// The token alone on standard output, so that TOKEN=$(heraldctl token ...) works; the rest beside
/// it.
Exit show_token(Context& context, const std::optional<json::object>& answer,
                std::string_view note) {
  if (!answer) return context.exit;
  if (context.json) return context.document(*answer);
  context.io.out << base::escape_control(text(*answer, "token")) << "\n";
  const auto expires = text(*answer, "expires");
  context.io.err << (expires.empty() ? "does not expire" : "expires " + local_time(expires)) << note
                 << "\n";
  return Exit::ok;
}

void user_token_options(po::options_description_easy_init& add) {
  who_option(add);
  add("lifetime", po::value<std::string>(),
      "how long it is valid: 15m, 12h (default: the daemon's)");
}

Exit token_user(Context& context, const po::variables_map& options) {
  if (!given(options, "who")) return context.refuse("token user needs WHO: an id or a phone");
  json::object query{{"user", value(options, "who")}};
  if (given(options, "lifetime")) {
    const auto lifetime = base::parse_duration(value(options, "lifetime"));
    if (!lifetime || *lifetime < std::chrono::seconds{1})
      return context.refuse("--lifetime wants a duration of at least a second, such as 15m");
    query["lifetime"] = std::chrono::duration_cast<std::chrono::seconds>(*lifetime).count();
  }
  return show_token(context, context.ask("CreateUserToken", std::move(query)), "");
}

void service_token_options(po::options_description_easy_init& add) {
  add("name", po::value<std::string>(), "a name for the producer");
  add("scope", po::value<std::vector<std::string>>()->composing(), "what it may do; repeatable");
  add("expires", po::value<std::string>(),
      "valid until: 2030-01-31T10:00, or +90d (default: for ever)");
}

Exit token_service(Context& context, const po::variables_map& options) {
  if (!given(options, "name")) return context.refuse("token service needs a NAME");
  json::array scopes;
  for (const auto& scope : values(options, "scope")) scopes.push_back(json::value(scope));
  if (scopes.empty()) return context.refuse("token service needs at least one --scope");
  json::object query{{"name", value(options, "name")}, {"scopes", std::move(scopes)}};
  if (given(options, "expires")) {
    const auto at = parse_time(value(options, "expires"), context.io.clock.now());
    if (!at) return context.refuse("--expires wants a time such as 2030-01-31T10:00, or +90d");
    query["expires"] = base::to_iso8601(*at);
  }
  return show_token(context, context.ask("CreateServiceToken", std::move(query)),
                    "; it is shown this one time");
}

Exit token_list(Context& context, const po::variables_map&) {
  const auto answer = context.ask("ListServiceTokens");
  if (!answer) return context.exit;
  if (context.json) return context.document(*answer);
  render_tokens(*answer, style(context), context.io.out);
  return Exit::ok;
}

void revoke_options(po::options_description_easy_init& add) {
  add("name", po::value<std::string>(), "the name it was created with");
  add("user", po::value<std::string>(),
      "instead: all tokens of a person that were issued until now; an id or a phone");
}

Exit token_revoke_user(Context& context, const std::string& who) {
  const auto answer = context.ask("RevokeUserTokens", {{"user", who}});
  if (!answer) return context.exit;
  if (context.json) return context.document(*answer);
  const auto* user = answer->if_contains("user");
  context.io.out << "tokens of user "
                 << (user != nullptr && user->is_int64() ? user->get_int64() : 0)
                 << " issued before " << local_time(text(*answer, "before")) << " are revoked\n";
  return Exit::ok;
}

Exit token_revoke(Context& context, const po::variables_map& options) {
  if (given(options, "name") == given(options, "user"))
    return context.refuse(
        "token revoke needs either a NAME (heraldctl token list shows them) or --user WHO");
  if (given(options, "user")) return token_revoke_user(context, value(options, "user"));
  const auto answer = context.ask("RevokeServiceToken", {{"name", value(options, "name")}});
  if (!answer) return context.exit;
  if (context.json) return context.document({{"name", value(options, "name")}, {"revoked", true}});
  context.io.out << base::escape_control(value(options, "name")) << " is revoked\n";
  return Exit::ok;
}

}  // namespace

std::span<const Command> people_commands() {
  static const Command kCommands[] = {
      {"user add",
       "--phone PHONE [options]",
       "make a person known, or add to what is known",
       "user add --phone 237691924173 --name 'Awa N.'\nuser add --id 42 --phone '691 92 41 73' "
       "--provider --identity email=a@example.com",
       add_options,
       {},
       user_add},
      {"user show",
       "WHO",
       "show a person and how to reach them",
       "user show 237691924173\nuser show 42",
       who_option,
       {"who"},
       user_show},
      {"token user",
       "WHO [--lifetime 15m]",
       "print a signed token for one person",
       "token user 237691924173 --lifetime 15m",
       user_token_options,
       {"who"},
       token_user},
      {"token service",
       "NAME --scope SCOPE ...",
       "print a new token for a producer",
       "token service shop --scope notify:write --scope notify:read --expires +90d",
       service_token_options,
       {"name"},
       token_service},
      {"token list", "", "list the producers' tokens", "token list", nullptr, {}, token_list},
      {"token revoke",
       "NAME | --user WHO",
       "revoke a producer's token, or all of a person's",
       "token revoke shop\ntoken revoke --user 237691924173",
       revoke_options,
       {"name"},
       token_revoke}};
  return kCommands;
}

}  // namespace herald::ctl
