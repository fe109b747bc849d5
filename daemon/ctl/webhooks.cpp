#include <ostream>

#include "base/text.hpp"
#include "ctl/command.hpp"
#include "ctl/members.hpp"
#include "ctl/table.hpp"
#include "ctl/times.hpp"

namespace herald::ctl {
namespace {

namespace json = boost::json;

Exit list(Context& context, const po::variables_map&) {
  const auto answer = context.ask("Webhooks");
  if (!answer) return context.exit;
  if (context.json) return context.document(*answer);
  Table table{
      {"WEBHOOK", "STATE", "BEHIND", "WAITING", "DEAD", "LAST DELIVERED", "URL", "PROBLEM"}};
  for (const auto& w : objects(*answer, "webhooks")) {
    const auto state = text(w, "state");
    table.row({text(w, "name"),
               {state, colour_of(state)},
               text(w, "behind"),
               text(w, "waiting"),
               text(w, "dead"),
               local_time(text(w, "last_delivered")),
               text(w, "url"),
               {text(w, "error"), Colour::red}});
  }
  if (table.empty()) context.io.out << "no webhooks\n";
  table.print(context.io.out, context.io.colour);
  return Exit::ok;
}

void messages_options(po::options_description_easy_init& add) {
  add("name", po::value<std::string>(), "the webhook's name");
  add("dead", po::bool_switch(), "those that were given up, instead of those that wait");
  add("after", po::value<std::string>(), "go on where the last list ended");
}

Exit messages(Context& context, const po::variables_map& options) {
  if (!given(options, "name"))
    return context.refuse("webhooks messages needs a NAME (heraldctl webhooks list shows them)");
  json::object query{{"name", value(options, "name")}};
  if (options["dead"].as<bool>()) query["dead"] = true;
  if (given(options, "after")) query["after"] = value(options, "after");
  const auto answer = context.ask("WebhookMessages", std::move(query));
  if (!answer) return context.exit;
  if (context.json) return context.document(*answer);
  Table table{{"MESSAGE", "TRIES", "FIRST TRY", "NEXT TRY", "PROBLEM"}};
  for (const auto& m : objects(*answer, "messages")) {
    const auto next = text(m, "next_try");
    table.row({text(m, "id"), text(m, "tries"), local_time(text(m, "first_try")),
               next.empty() ? "never" : local_time(next), text(m, "error")});
  }
  if (table.empty()) context.io.out << "no messages\n";
  table.print(context.io.out, context.io.colour);
  if (const auto next = text(*answer, "next"); !next.empty())
    context.io.out << "more: --after " << base::escape_control(next) << "\n";
  return Exit::ok;
}

void redeliver_options(po::options_description_easy_init& add) {
  add("name", po::value<std::string>(), "the webhook's name");
  add("id", po::value<std::string>(), "only the message with this id (webhooks messages --dead)");
}

Exit redeliver(Context& context, const po::variables_map& options) {
  if (!given(options, "name"))
    return context.refuse("webhooks redeliver needs a NAME (heraldctl webhooks list shows them)");
  json::object query{{"name", value(options, "name")}};
  if (given(options, "id")) query["id"] = value(options, "id");
  const auto answer = context.ask("RedeliverWebhook", std::move(query));
  if (!answer) return context.exit;
  if (context.json) return context.document(*answer);
  const auto count = text(*answer, "redelivered");
  context.io.out << base::escape_control(value(options, "name")) << " is in use, "
                 << (count == "1" ? "1 message starts again" : count + " messages start again")
                 << "\n";
  return Exit::ok;
}

}  // namespace

std::span<const Command> webhook_commands() {
  static const Command kCommands[] = {
      {"webhooks list",
       "",
       "show the producers' endpoints and how far each was told",
       "webhooks list",
       nullptr,
       {},
       list},
      {"webhooks messages",
       "NAME [--dead]",
       "show messages that wait for another try, or were given up",
       "webhooks messages shop\nwebhooks messages shop --dead",
       messages_options,
       {"name"},
       messages},
      {"webhooks redeliver",
       "NAME [--id MESSAGE]",
       "send what was given up again, and use a disabled webhook again",
       "webhooks redeliver shop",
       redeliver_options,
       {"name"},
       redeliver}};
  return kCommands;
}

}  // namespace herald::ctl
