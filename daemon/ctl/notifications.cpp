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

void id_option(po::options_description_easy_init& add) {
  add("id", po::value<std::string>(), "the notification's id, as send printed it");
}
void show_options(po::options_description_easy_init& add) {
  id_option(add);
  add("private", po::bool_switch(), "also parameters and rendered text (administrators)");
}

Exit show(Context& context, const po::variables_map& options) {
  if (!given(options, "id")) return context.refuse("show needs an ID (heraldctl list shows them)");
  json::object query{{"id", value(options, "id")}};
  if (options["private"].as<bool>()) query["private"] = true;
  const auto answer = context.ask("Show", std::move(query));
  if (!answer) return context.exit;
  const auto notification = member(*answer, "notification");
  if (context.json) return context.document(notification);
  render_notification(notification, style(context), context.io.out);
  return Exit::ok;
}

void list_options(po::options_description_easy_init& add) {
  add("state", po::value<std::string>(),
      "queued, trying, waiting, holding, delivered, unconfirmed, undelivered, expired or "
      "cancelled");
  add("kind", po::value<std::string>(), "only this kind");
  add("user", po::value<std::string>(), "only this person: an id or a phone in any spelling");
  add("since", po::value<std::string>(),
      "created since: 2030-01-31T10:00, or 2h for the last two hours");
  add("before", po::value<std::string>(), "go on where the last list ended");
  add("limit", po::value<int64_t>(), "at most so many");
  add("private", po::bool_switch(), "also parameters (administrators; with --json)");
}

Exit list(Context& context, const po::variables_map& options) {
  json::object query;
  for (const auto* name : {"state", "kind", "user", "before"})
    if (given(options, name)) query[name] = value(options, name);
  if (given(options, "since")) {
    const auto at = parse_since(value(options, "since"), context.io.clock.now());
    if (!at)
      return context.refuse(
          "--since wants a time such as 2030-01-31T10:00, or a duration such as 2h");
    query["since"] = base::to_iso8601(*at);
  }
  if (given(options, "limit")) query["limit"] = options["limit"].as<int64_t>();
  if (options["private"].as<bool>()) query["private"] = true;
  const auto answer = context.ask("List", std::move(query));
  if (!answer) return context.exit;
  if (context.json) return context.document(*answer);
  render_list(*answer, style(context), context.io.out);
  return Exit::ok;
}

Exit cancel(Context& context, const po::variables_map& options) {
  if (!given(options, "id"))
    return context.refuse("cancel needs an ID (heraldctl list shows them)");
  const auto answer = context.ask("Cancel", {{"id", value(options, "id")}});
  if (!answer) return context.exit;
  if (context.json) return context.document(*answer);
  context.io.out << base::escape_control(value(options, "id")) << " is "
                 << base::escape_control(text(*answer, "state")) << "\n";
  return Exit::ok;
}

}  // namespace

std::span<const Command> notification_commands() {
  static const Command kCommands[] = {
      {"show",
       "ID",
       "show a notification: every attempt, outcome, reason, evidence, and its timeline",
       "show 0h4k2m9x7c3v5b1n8q6w0e2r4t6y8u1i3o5\nshow 0h4k2m9x7c3v5b1n8q6w0e2r4t6y8u1i3o5 --json",
       show_options,
       {"id"},
       show},
      {"list",
       "[options]",
       "list notifications, newest first",
       "list --state undelivered --since 24h\nlist --user 237691924173 --limit 20 --json",
       list_options,
       {},
       list},
      {"cancel",
       "ID",
       "stop a notification that nobody got yet",
       "cancel 0h4k2m9x7c3v5b1n8q6w0e2r4t6y8u1i3o5",
       id_option,
       {"id"},
       cancel}};
  return kCommands;
}

}  // namespace herald::ctl
