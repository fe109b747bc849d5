#include <map>
#include <ostream>

#include "base/text.hpp"
#include "ctl/members.hpp"
#include "ctl/render.hpp"
#include "ctl/table.hpp"
#include "ctl/times.hpp"

namespace herald::ctl {
namespace {

namespace json = boost::json;

/// A label and what it says; nothing when there is nothing to say.
void line(std::ostream& out, std::string_view label, const std::string& says, Colour colour,
          const Style& style) {
  if (says.empty()) return;
  out << "  " << label << std::string(label.size() < 10 ? 10 - label.size() : 1, ' ')
      << painted(base::escape_control(says), colour, style.colour) << "\n";
}

std::string when(const json::object& o, std::string_view name, const Style& style) {
  const auto at = text(o, name);
  const auto gap = relative(at, style.now);
  return gap.empty() ? local_time(at) : local_time(at) + " (" + gap + ")";
}

std::string recipient(const json::object& n) {
  const auto to = member(n, "to");
  auto out = text(n, "user");
  if (out == "0") out.clear();
  if (!out.empty()) out = "user " + out;
  if (const auto kind = text(to, "kind"); !kind.empty() && kind != "user")
    out += (out.empty() ? "" : ", ") + kind + " " + text(to, "value");
  return out;
}

/// "accept on whatsapp"
std::string answer(const json::object& n) {
  const auto given = member(n, "answer");
  const auto action = text(given, "action");
  return action.empty() ? action : action + " on " + text(given, "channel");
}

std::string route(const json::object& n) {
  auto out = text(n, "route");
  std::string steps;
  for (const auto& step : objects(n, "chain")) {
    if (!steps.empty()) steps += " > ";
    steps += text(step, "channel");
    if (const auto until = text(step, "until"); !until.empty()) {
      steps += " (until " + until;
      if (const auto within = text(step, "within"); !within.empty() && within != "0s")
        steps += " within " + within;
      steps += ")";
    }
  }
  if (!steps.empty()) out += (out.empty() ? "" : ": ") + steps;
  return out;
}

/// "sms: 1 copy after another channel left it unknown": what may have told the person twice.
std::string repeats_line(const json::object& n) {
  std::map<std::pair<std::string, bool>, int> counts;
  for (const auto& a : objects(n, "attempts")) {
    const auto repeats = text(a, "repeats");
    if (repeats == "same_channel" || repeats == "other_channel")
      ++counts[{text(a, "channel"), repeats == "other_channel"}];
  }
  std::string out;
  for (const auto& [what, count] : counts) {
    if (!out.empty()) out += "; ";
    out += what.first + ": " + std::to_string(count) +
           (what.second ? (count == 1 ? " copy" : " copies") : (count == 1 ? " send" : " sends")) +
           (what.second ? " after another channel left it unknown" : " that may be a repeat");
  }
  return out;
}

std::string state_line(const json::object& n) {
  const auto state = text(n, "state"), ending = text(n, "ending"),
             reason = unless_none(text(n, "reason"));
  // An ending already says why.
  if (!ending.empty() && ending != state) return ending;
  return reason.empty() ? state : state + " (" + reason + ")";
}

void attempts(const json::object& n, const Style& style, std::ostream& out) {
  Table table{{"#", "STEP", "CHANNEL", "STARTED", "TOOK", "OUTCOME", "REASON", "EVIDENCE",
               "EVIDENCE AT", "DETAIL"}};
  int number = 0;
  for (const auto& a : objects(n, "attempts")) {
    const auto outcome = text(a, "outcome"), evidence = unless_none(text(a, "evidence"));
    auto detail = text(a, "detail");
    if (text(a, "failed") == "true")
      detail = "failed later" + (detail.empty() ? "" : ": " + detail);
    table.row({std::to_string(++number),
               text(a, "step"),
               text(a, "channel"),
               local_time(text(a, "started")),
               between(text(a, "started"), text(a, "ended")),
               {outcome, colour_of(outcome)},
               unless_none(text(a, "reason")),
               {evidence, colour_of(evidence)},
               local_time(text(a, "evidence_at")),
               detail});
  }
  out << "\n"
      << painted("Attempts", Colour::bold, style.colour) << (table.empty() ? ": none" : "") << "\n";
  table.print(out, style.colour, "  ");
}

void steps_left(const json::object& n, const Style& style, std::ostream& out) {
  Table table{{"STEP", "CHANNEL", "REASON", "AT", "DETAIL"}};
  for (const auto& l : objects(n, "steps_left"))
    table.row({text(l, "step"), text(l, "channel"), text(l, "reason"), local_time(text(l, "at")),
               text(l, "detail")});
  if (table.empty()) return;
  out << "\n" << painted("Steps left", Colour::bold, style.colour) << "\n";
  table.print(out, style.colour, "  ");
}

void timeline(const json::object& n, const Style& style, std::ostream& out) {
  Table table{{"AT", "", "EVENT", "STATE", "REASON", "DETAIL"}};
  for (const auto& e : objects(n, "timeline")) {
    const auto state = text(e, "state");
    table.row({local_time(text(e, "at")),
               relative(text(e, "at"), style.now),
               text(e, "event"),
               {state, colour_of(state)},
               unless_none(text(e, "reason")),
               text(e, "detail")});
  }
  if (table.empty()) return;
  out << "\n" << painted("Timeline", Colour::bold, style.colour) << "\n";
  table.print(out, style.colour, "  ");
}

}  // namespace

void render_notification(const json::object& n, const Style& style, std::ostream& out) {
  const auto plain = [&](std::string_view label, const std::string& says) {
    line(out, label, says, Colour::none, style);
  };
  out << painted("Notification " + base::escape_control(text(n, "id")), Colour::bold, style.colour)
      << "\n";
  auto kind = text(n, "kind");
  if (const auto type = text(n, "type"); !type.empty()) kind += " (" + type + ")";
  plain("kind", kind);
  plain("to", recipient(n));
  line(out, "state", state_line(n), colour_of(text(n, "state")), style);
  line(out, "evidence", text(n, "evidence"), colour_of(text(n, "evidence")), style);
  plain("answer", answer(n));
  plain("route", route(n));
  line(out, "twice?", repeats_line(n), Colour::yellow, style);
  plain("priority", text(n, "priority"));
  plain("producer", text(n, "producer"));
  plain("created", when(n, "created", style));
  plain("due", when(n, "due", style));
  plain("expires", when(n, "expires", style));
  if (const auto round = text(n, "round"); !round.empty() && round != "1") plain("round", round);
  if (const auto run = text(n, "run"); !run.empty() && run != "1") plain("run", run);
  for (const auto* name : {"params", "content", "rendered"}) plain(name, text(n, name));
  attempts(n, style, out);
  steps_left(n, style, out);
  timeline(n, style, out);
}

void render_list(const json::object& answer, const Style& style, std::ostream& out) {
  Table table{{"ID", "STATE", "EVIDENCE", "KIND", "TO", "CREATED", "REASON"}};
  for (const auto& n : objects(answer, "notifications")) {
    const auto state = text(n, "state"), evidence = unless_none(text(n, "evidence"));
    table.row({text(n, "id"),
               {state, colour_of(state)},
               {evidence, colour_of(evidence)},
               text(n, "kind"),
               recipient(n),
               local_time(text(n, "created")),
               unless_none(text(n, "reason"))});
  }
  if (table.empty()) {
    out << "no notifications\n";
    return;
  }
  table.print(out, style.colour);
  if (const auto next = text(answer, "next"); !next.empty())
    out << "more: --before " << base::escape_control(next) << "\n";
}

void render_event(const json::object& e, const Style& style, std::ostream& out) {
  auto at = local_time(text(e, "at"));
  const auto state = text(e, "state");
  auto what = joined(e, "events", "; ");
  if (what.empty()) what = text(e, "event");
  out << painted(at.empty() ? local_time(base::to_iso8601(style.now)) : at, Colour::grey,
                 style.colour);
  const auto put = [&](const std::string& part, Colour colour) {
    if (!part.empty()) out << "  " << painted(base::escape_control(part), colour, style.colour);
  };
  put(text(e, "id"), Colour::none);
  put(text(e, "kind"), Colour::none);
  put(text(e, "user").empty() ? "" : "user " + text(e, "user"), Colour::none);
  const auto before = text(e, "before");
  put(before.empty() || before == state ? state : before + " -> " + state, colour_of(state));
  put(unless_none(text(e, "reason")), Colour::none);
  put(unless_none(text(e, "evidence")), colour_of(text(e, "evidence")));
  put(what.empty() ? "" : "[" + what + "]", Colour::none);
  out << "\n";
}

}  // namespace herald::ctl
