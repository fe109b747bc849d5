#include <ostream>

#include "base/text.hpp"
#include "ctl/members.hpp"
#include "ctl/request.hpp"
#include "ctl/table.hpp"
#include "ctl/times.hpp"

namespace herald::ctl {
namespace {

namespace json = boost::json;

void explain_options(po::options_description_easy_init& add) {
  request_options(add);
  add("private", po::bool_switch(),
      "also addresses and the text as each channel would get it (administrators)");
}

/// "user 42" or "phone 2376•••••173, who is not known yet and would be added".
std::string recipient_text(const json::object& recipient) {
  if (text(recipient, "would_be_created") == "true")
    return text(recipient, "kind") + " " + text(recipient, "value") +
           ", who is not known yet and would be added";
  std::string out = "user " + text(recipient, "user");
  if (text(recipient, "provider") == "true") out += ", a provider";
  for (const auto& identity : objects(recipient, "identities"))
    out += ", " + text(identity, "kind") + " " + text(identity, "value");
  for (const auto& state : objects(recipient, "states"))
    out += "; " + text(state, "kind") + " is " + text(state, "state");
  return out;
}

/// What would happen at a step, in one line.
std::string step_text(const json::object& step) {
  if (text(step, "would") == "leave")
    return "left at once: " + text(step, "reason") + ", " + text(step, "detail");
  const auto gate = member(step, "gate");
  std::string out = gate.empty() ? "attempt" : "waits: " + text(gate, "reason");
  if (text(gate, "verdict") == "blocked") out = "left at once: " + text(gate, "reason");
  if (const auto until = text(gate, "until"); !until.empty()) out += " until " + local_time(until);
  if (const auto detail = text(gate, "detail"); !detail.empty()) out += ", " + detail;
  if (const auto address = member(step, "address"); !address.empty())
    out += ", to " + text(address, "kind") + " " + text(address, "value");
  if (text(step, "reaches_nobody") == "true") out += ", reaches nobody";
  return out;
}

void render_explanation(const json::object& e, bool colour, std::ostream& out) {
  const auto line = [&](const std::string& name, const std::string& value) {
    if (!value.empty()) out << name << ": " << base::escape_control(value) << "\n";
  };
  if (const auto first = text(e, "repeats"); !first.empty())
    line("repeats", first + "; nothing new would be stored");
  line("kind",
       text(e, "kind") + " (" + text(e, "type") + ", priority " + text(e, "priority") + ")");
  line("to", recipient_text(member(e, "recipient")));
  line("from", local_time(text(e, "not_before")));
  line("expires", local_time(text(e, "expires")));
  line("route", text(e, "route") + ", " + text(e, "rounds") + " rounds");
  line("catalog", text(e, "catalog"));
  out << "\n";
  Table steps{{"STEP", "CHANNEL", "UNTIL", "WITHIN", "NOW"}};
  for (const auto& step : objects(e, "chain"))
    steps.row({text(step, "step"), text(step, "channel"), text(step, "until"), text(step, "within"),
               step_text(step)});
  steps.print(out, colour);
  for (const auto& step : objects(e, "chain")) {
    const auto rendered = member(step, "rendered");
    if (rendered.empty()) continue;
    out << "\n" << base::escape_control(text(step, "channel")) << " would get";
    if (const auto title = text(rendered, "title"); !title.empty())
      out << " \"" << base::escape_control(title) << "\"";
    out << ":\n";
    for (const auto& part : member(rendered, "parts")) {
      if (!part.value().is_string()) continue;
      out << "  " << base::escape_control(std::string_view{part.key()}) << "\n";
      for (const auto row : base::split(std::string_view{part.value().get_string()}, '\n'))
        out << "    " << base::escape_control(row) << "\n";
    }
  }
}

Exit explain(Context& context, const po::variables_map& options) {
  auto request = request_of(context, options);
  if (!request) return context.refuse(request.error().message);
  if (options["private"].as<bool>()) (*request)["private"] = true;
  const auto answer = context.ask("Explain", std::move(*request));
  if (!answer) return context.exit;
  const auto explanation = member(*answer, "explanation");
  if (context.json) return context.document(explanation);
  render_explanation(explanation, context.io.colour, context.io.out);
  return Exit::ok;
}

}  // namespace

std::span<const Command> explain_commands() {
  static const Command kCommands[] = {
      {"explain",
       "KIND --to WHO [options]",
       "say without sending what a notification would meet: route, chain, text, and what is in its "
       "way",
       "explain service_request.status --to 237691924173 --param request_id=12 --param "
       "status=en_cours\n"
       "explain message --to 42 --content-markdown '**Bonjour**' --priority urgent --private",
       explain_options,
       {"kind"},
       explain}};
  return kCommands;
}

}  // namespace herald::ctl
