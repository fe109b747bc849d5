#include <map>
#include <ostream>

#include "base/text.hpp"
#include "ctl/command.hpp"
#include "ctl/members.hpp"
#include "ctl/table.hpp"
#include "ctl/times.hpp"

namespace herald::ctl {
namespace {

namespace json = boost::json;

void filter_options(po::options_description_easy_init& add) {
  add("kind", po::value<std::string>(), "only this kind, or \"provider.*\" for all below");
  add("reason", po::value<std::string>(), "only where a step or an attempt has this reason");
  add("user", po::value<std::string>(), "only this person: an id or a phone in any spelling");
  add("since", po::value<std::string>(),
      "created since: 2030-01-31T10:00, or 2h for the last two hours");
  add("until", po::value<std::string>(), "created before that time");
  add("before", po::value<std::string>(), "go on where an earlier call stopped");
}

std::optional<Exit> take_filters(Context& context, const po::variables_map& options,
                                 json::object& query) {
  for (const auto* name : {"kind", "reason", "user", "before"})
    if (given(options, name)) query[name] = value(options, name);
  return take_past(context, options, query);
}

void dead_letter_options(po::options_description_easy_init& add) {
  filter_options(add);
  add("limit", po::value<int64_t>(), "look at so many at most");
  add("counts", po::bool_switch(), "how many there are, by channel and reason");
}

/// "webchat: no_evidence_in_time; whatsapp: bad_recipient (not on WhatsApp)"; of rounds the last.
std::string steps_text(const json::object& letter) {
  std::vector<std::pair<std::string, std::string>> steps;
  for (const auto& step : objects(letter, "steps")) {
    const auto detail = text(step, "detail");
    auto says = text(step, "reason") + (detail.empty() ? "" : " (" + detail + ")");
    const auto channel = text(step, "channel");
    const auto known =
        std::find_if(steps.begin(), steps.end(), [&](const auto& s) { return s.first == channel; });
    if (known == steps.end())
      steps.emplace_back(channel, std::move(says));
    else
      known->second = std::move(says);
  }
  std::string out;
  for (const auto& [channel, says] : steps)
    out += (out.empty() ? "" : "; ") + (channel.empty() ? "" : channel + ": ") + says;
  return out;
}

/// Adds up all pages: the daemon is asked for a bounded piece at a time.
Exit count_all(Context& context, json::object query) {
  std::map<std::pair<std::string, std::string>, int64_t> counts;
  int64_t letters = 0;
  query["limit"] = 500;
  for (std::string next = text(query, "before");;) {
    if (!next.empty()) query["before"] = next;
    const auto page = context.ask("DeadLetters", query);
    if (!page) return context.exit;
    for (const auto& letter : objects(*page, "notifications")) {
      ++letters;
      std::map<std::string, std::string> last;  // of each channel, the latest round's
      for (const auto& step : objects(letter, "steps"))
        last[text(step, "channel")] = text(step, "reason");
      for (const auto& [channel, reason] : last) ++counts[{channel, reason}];
    }
    next = text(*page, "next");
    if (next.empty()) break;
  }
  json::array rows;
  Table table{{"CHANNEL", "REASON", "COUNT"}};
  for (const auto& [what, count] : counts) {
    rows.push_back(
        json::object{{"channel", what.first}, {"reason", what.second}, {"count", count}});
    table.row({what.first, what.second, std::to_string(count)});
  }
  if (context.json)
    return context.document({{"dead_letters", letters}, {"counts", std::move(rows)}});
  context.io.out << letters << (letters == 1 ? " dead letter\n" : " dead letters\n");
  table.print(context.io.out, context.io.colour);
  return Exit::ok;
}

Exit dead_letters(Context& context, const po::variables_map& options) {
  json::object query;
  if (const auto wrong = take_filters(context, options, query)) return *wrong;
  if (options["counts"].as<bool>()) return count_all(context, std::move(query));
  if (given(options, "limit")) query["limit"] = options["limit"].as<int64_t>();
  const auto answer = context.ask("DeadLetters", std::move(query));
  if (!answer) return context.exit;
  if (context.json) return context.document(*answer);
  Table table{{"ID", "KIND", "USER", "CREATED", "RUN", "WHY"}};
  for (const auto& letter : objects(*answer, "notifications"))
    table.row({text(letter, "id"), text(letter, "kind"), text(letter, "user"),
               local_time(text(letter, "created")), text(letter, "run"), steps_text(letter)});
  if (table.empty()) context.io.out << "no dead letters\n";
  table.print(context.io.out, context.io.colour);
  if (const auto next = text(*answer, "next"); !next.empty())
    context.io.out << "more: --before " << base::escape_control(next) << "\n";
  return Exit::ok;
}

void redrive_options(po::options_description_easy_init& add) {
  add("id", po::value<std::string>(), "the notification's id");
  filter_options(add);
  add("all", po::bool_switch(), "every dead letter");
  add("dry-run", po::bool_switch(), "only say what would be started");
  add("resend", po::bool_switch(), "also on channels that may have delivered it already");
}

/// What all pages came to.
struct Redriven {
  int64_t matched = 0, redriven = 0;
  json::array refused, ids;
};

void add(Redriven& sum, const json::object& page) {
  const auto number = [&](const char* name) {
    const auto* v = page.if_contains(name);
    return v != nullptr && v->is_int64() ? v->get_int64() : 0;
  };
  sum.matched += number("matched");
  sum.redriven += number("redriven");
  for (const auto& one : objects(page, "refused")) sum.refused.push_back(one);
  if (const auto* ids = page.if_contains("ids"); ids != nullptr && ids->is_array())
    for (const auto& id : ids->get_array()) sum.ids.push_back(id);
}

Exit tell(Context& context, const Redriven& sum, bool dry_run) {
  const auto exit = sum.refused.empty() ? Exit::ok : Exit::failed;
  if (context.json) {
    context.document({{"matched", sum.matched},
                      {"redriven", sum.redriven},
                      {"refused", sum.refused},
                      {"ids", sum.ids}});
    return exit;
  }
  for (const auto& one : sum.refused)
    context.io.err << "heraldctl: "
                   << base::escape_control(text(one.as_object(), "id") + ": " +
                                           text(one.as_object(), "message"))
                   << "\n";
  if (dry_run) {
    for (const auto& id : sum.ids)
      if (id.is_string())
        context.io.out << base::escape_control(std::string_view{id.get_string()}) << "\n";
    context.io.out << sum.ids.size() << " would be redriven\n";
  } else {
    context.io.out << sum.redriven << " redriven\n";
  }
  return exit;
}

Exit redrive(Context& context, const po::variables_map& options) {
  json::object query;
  if (given(options, "id")) query["id"] = value(options, "id");
  if (const auto wrong = take_filters(context, options, query)) return *wrong;
  if (options["all"].as<bool>()) query["all"] = true;
  if (query.empty() || (query.size() == 1 && query.contains("before")))
    return context.refuse(
        "redrive needs an ID, a filter or --all (heraldctl dead-letters shows them)");
  const bool dry_run = options["dry-run"].as<bool>();
  if (dry_run) query["dry_run"] = true;
  if (options["resend"].as<bool>()) query["resend"] = true;
  Redriven sum;
  for (;;) {
    const auto page = context.ask("Redrive", query);
    if (!page) return context.exit;
    add(sum, *page);
    const auto next = text(*page, "next");
    if (next.empty()) break;
    query["before"] = next;
    // Said as it goes: whoever is interrupted knows where to go on.
    context.io.err << (dry_run ? sum.matched : sum.redriven) << (dry_run ? " found" : " redriven")
                   << ", next --before " << base::escape_control(next) << "\n";
  }
  return tell(context, sum, dry_run);
}

}  // namespace

std::optional<Exit> take_past(Context& context, const po::variables_map& options,
                              json::object& query) {
  for (const auto* name : {"since", "until"}) {
    if (!given(options, name)) continue;
    const auto at = parse_past(value(options, name), context.io.clock.now());
    if (!at)
      return context.refuse("--" + std::string{name} +
                            " wants a time such as 2030-01-31T10:00, or a duration such as 2h");
    query[name] = base::to_iso8601(*at);
  }
  return std::nullopt;
}

std::span<const Command> dead_letter_commands() {
  static const Command kCommands[] = {
      {"dead-letters",
       "[options]",
       "list what ended undelivered, with the reason of each step",
       "dead-letters --since 24h\ndead-letters --counts\ndead-letters --reason bad_recipient "
       "--json",
       dead_letter_options,
       {},
       dead_letters},
      {"redrive",
       "ID | filters | --all",
       "start dead letters again, along the chain that their kind has now (administrators)",
       "redrive 0h4k2m9x7c3v5b1n8q6w0e2r4t6y8u1i3o5\nredrive --reason breaker_open --since 2h "
       "--dry-run\nredrive --all",
       redrive_options,
       {"id"},
       redrive}};
  return kCommands;
}

}  // namespace herald::ctl
