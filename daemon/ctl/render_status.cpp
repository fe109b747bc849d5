#include <ostream>

#include "base/text.hpp"
#include "ctl/members.hpp"
#include "ctl/render.hpp"
#include "ctl/table.hpp"
#include "ctl/times.hpp"

namespace herald::ctl {
namespace {

namespace json = boost::json;

/// "kind sqlite, path /var/lib/...": the members of an object, one after another.
std::string members_text(const json::object& o) {
  std::string out;
  for (const auto& m : o) {
    const std::string name{m.key()};
    const auto value = text(o, name);
    if (value.empty()) continue;
    out += (out.empty() ? "" : ", ") + name + " " + value;
  }
  return out;
}

/// A column of nothing but zeros is left out.
std::string unless_zero(std::string count) { return count == "0" ? std::string{} : count; }

void line(std::ostream& out, std::string_view label, const std::string& says) {
  if (!says.empty())
    out << label << std::string(15 - label.size(), ' ') << base::escape_control(says) << "\n";
}

std::string breaker_text(const json::object& channel) {
  const auto in = text(channel, "probe_in");
  return text(channel, "breaker") + (in.empty() ? "" : ", probe in " + in + "s");
}

/// "80/1s, 1/6s each": of the channel, of each recipient.
std::string limits_text(const json::object& channel) {
  auto out = text(channel, "rate");
  if (const auto each = text(channel, "recipient_rate"); !each.empty())
    out += (out.empty() ? "" : ", ") + each + " each";
  return out;
}

std::string problem_text(const json::object& channel) {
  const auto since = text(channel, "paused");
  if (since.empty()) return text(channel, "problem");
  const auto why = text(channel, "pause_reason");
  return "paused " + local_time(since) + " by " + text(channel, "paused_by") +
         (why.empty() ? "" : ": " + why);
}

}  // namespace

void render_channels(const json::object& answer, const Style& style, std::ostream& out) {
  Table table{{"CHANNEL", "PLUGIN", "VERSION", "STATE", "BREAKER", "LIMITS", "EVIDENCE",
               "ADDRESSES", "IN FLIGHT", "REPEATS", "COPIES", "PROBLEM"}};
  for (const auto& c : objects(answer, "channels")) {
    const auto state = text(c, "state");
    table.row({text(c, "name"),
               text(c, "plugin"),
               text(c, "version"),
               {state, colour_of(state)},
               {breaker_text(c), text(c, "breaker") == "closed" ? Colour::none : Colour::red},
               limits_text(c),
               joined(c, "evidence"),
               joined(c, "addresses"),
               text(c, "in_flight"),
               unless_zero(text(c, "repeats")),
               unless_zero(text(c, "copies")),
               {problem_text(c), Colour::red}});
  }
  if (table.empty()) out << "no channels\n";
  table.print(out, style.colour);
}

void render_status(const json::object& s, const Style& style, std::ostream& out) {
  const bool ready = text(s, "ready") == "true";
  const std::string word = ready ? "ready" : "not ready";
  out << "heraldd " << base::escape_control(text(s, "version")) << ", "
      << painted(word, colour_of(word), style.colour);
  if (const auto pid = text(s, "pid"); !pid.empty()) out << ", pid " << pid;
  out << "\n";
  const auto started = text(s, "started");
  if (!started.empty())
    line(out, "started", local_time(started) + " (" + relative(started, style.now) + ")");
  line(out, "store", members_text(member(s, "store")));
  const auto http = member(s, "http");
  if (const auto address = text(http, "address"); !address.empty())
    line(out, "http", address + ":" + text(http, "port"));
  line(out, "notifications", members_text(member(s, "counts")));
  if (objects(s, "channels").empty()) return;
  out << "\n";
  render_channels(s, style, out);
}

void render_user(const json::object& u, const Style& style, std::ostream& out) {
  auto title = "User " + text(u, "id");
  if (const auto name = text(u, "name"); !name.empty()) title += ", " + name;
  if (text(u, "provider") == "true") title += " (provider)";
  if (const auto zone = text(u, "time_zone"); !zone.empty()) title += ", " + zone;
  out << painted(base::escape_control(title), Colour::bold, style.colour) << "\n";
  Table table{{"IDENTITY", "VALUE", "STATE"}};
  for (const auto& i : objects(u, "identities"))
    table.row({text(i, "kind"), text(i, "value"), text(i, "state")});
  table.print(out, style.colour, "  ");
}

void render_tokens(const json::object& answer, const Style& style, std::ostream& out) {
  Table table{{"NAME", "SCOPES", "CREATED", "EXPIRES", "STATE"}};
  for (const auto& t : objects(answer, "tokens")) {
    const auto expires = text(t, "expires"), revoked = text(t, "revoked");
    const auto end = base::parse_iso8601(expires);
    const std::string state = !revoked.empty() && revoked != "false" ? "revoked"
                              : end && *end <= style.now             ? "expired"
                                                                     : "valid";
    table.row({text(t, "name"),
               joined(t, "scopes"),
               local_time(text(t, "created")),
               expires.empty() ? "never" : local_time(expires),
               {state, colour_of(state)}});
  }
  if (table.empty()) out << "no service tokens\n";
  table.print(out, style.colour);
}

}  // namespace herald::ctl
