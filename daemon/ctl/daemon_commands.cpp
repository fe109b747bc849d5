#include <cstdlib>
#include <filesystem>
#include <ostream>

#include "ctl/check_locally.hpp"
#include "ctl/command.hpp"
#include "ctl/members.hpp"
#include "ctl/render.hpp"
#include "ctl/table.hpp"
#include "ctl/times.hpp"

namespace herald::ctl {
namespace {

namespace json = boost::json;

constexpr std::string_view kDefaultConfiguration = "/etc/herald/herald.yaml";

Style style(const Context& context) { return {context.io.colour, context.io.clock.now()}; }

Exit status(Context& context, const po::variables_map&) {
  const auto answer = context.ask("Status");
  if (!answer) return context.exit;
  if (context.json) return context.document(*answer);
  render_status(*answer, style(context), context.io.out);
  return Exit::ok;
}

Exit nodes(Context& context, const po::variables_map&) {
  const auto answer = context.ask("Nodes");
  if (!answer) return context.exit;
  if (context.json) return context.document(*answer);
  Table table{{"NODE", "SHARES", "PERIODIC", "LEASE", "STARTED", "VERSION", "FENCE"}};
  for (const auto& n : objects(*answer, "nodes")) {
    const auto left = std::atoll(text(n, "lease_left").c_str());
    table.row({text(n, "name") + (text(n, "self") == "true" ? " (this one)" : ""),
               text(n, "shares"),
               text(n, "periodic") == "true" ? "yes" : "",
               {left > 0 ? std::to_string(left / 1000) + " s left" : "over",
                left > 0 ? Colour::none : Colour::red},
               local_time(text(n, "started")),
               text(n, "version"),
               text(n, "fence")});
  }
  if (table.empty()) context.io.out << "this daemon is alone on its store\n";
  table.print(context.io.out, context.io.colour);
  return Exit::ok;
}

Exit channels(Context& context, const po::variables_map&) {
  const auto answer = context.ask("Channels");
  if (!answer) return context.exit;
  if (context.json) return context.document(*answer);
  render_channels(*answer, style(context), context.io.out);
  return Exit::ok;
}

void pause_options(po::options_description_easy_init& add) {
  add("channel", po::value<std::string>(), "the channel, as the configuration names it");
  add("reason", po::value<std::string>(), "why, for those who wonder");
}

Exit pause(Context& context, const po::variables_map& options) {
  const auto channel = value(options, "channel");
  if (channel.empty()) return context.refuse("pause needs CHANNEL; heraldctl channels lists them");
  json::object request{{"channel", channel}};
  if (given(options, "reason")) request["reason"] = value(options, "reason");
  const auto answer = context.ask("Pause", std::move(request));
  if (!answer) return context.exit;
  if (context.json) return context.document(*answer);
  context.io.out << channel << " is paused until heraldctl resume " << channel << "\n";
  return Exit::ok;
}

void resume_options(po::options_description_easy_init& add) {
  add("channel", po::value<std::string>(), "the channel, as the configuration names it");
}

Exit resume(Context& context, const po::variables_map& options) {
  const auto channel = value(options, "channel");
  if (channel.empty()) return context.refuse("resume needs CHANNEL; heraldctl channels lists them");
  const auto answer = context.ask("Resume", {{"channel", channel}});
  if (!answer) return context.exit;
  if (context.json) return context.document(*answer);
  context.io.out << channel << " goes on\n";
  return Exit::ok;
}

void check_options(po::options_description_easy_init& add) {
  add("file", po::value<std::string>(),
      "the file to check (default: the daemon's own configuration)");
}

void warnings(const json::object& answer, std::ostream& out) {
  for (const auto& w : objects(answer, "warnings"))
    out << text(w, "file") << ":" << text(w, "line") << ":" << text(w, "column")
        << ": warning: " << text(w, "message") << "\n";
}

Exit config_check(Context& context, const po::variables_map& options) {
  // A path means what it means here, not in the daemon's folder.
  std::string path;
  if (given(options, "file"))
    path = std::filesystem::absolute(value(options, "file")).lexically_normal().string();
  const auto reached = control::Client::connect(context.socket);
  if (!reached && reached.error().code == base::Code::unavailable)
    return check_locally(context, path.empty() ? std::string{kDefaultConfiguration} : path);
  json::object query;
  if (!path.empty()) query["path"] = path;
  const auto answer = context.ask("CheckConfig", std::move(query));
  if (!answer) return context.exit;
  if (context.json) {
    auto document = *answer;
    document["valid"] = true;
    return context.document(document);
  }
  warnings(*answer, context.io.err);
  context.io.out << (path.empty() ? "the configuration" : path) << " is valid\n";
  return Exit::ok;
}

Exit reload(Context& context, const po::variables_map&) {
  const auto answer = context.ask("Reload");
  if (!answer) return context.exit;
  if (context.json) return context.document(*answer);
  warnings(*answer, context.io.err);
  const auto changed = joined(*answer, "changed");
  context.io.out << "reloaded" << (changed.empty() ? ", nothing changed" : ", changed: " + changed)
                 << "\n";
  return Exit::ok;
}

}  // namespace

std::span<const Command> daemon_commands() {
  static const Command kCommands[] = {
      {"status",
       "",
       "show the daemon's state, its store and its channels",
       "status\nstatus --json",
       nullptr,
       {},
       status},
      {"channels",
       "",
       "show the channels: plugin, state, breaker, limits, what evidence they can give",
       "channels",
       nullptr,
       {},
       channels},
      {"nodes",
       "",
       "show the daemons that share this one's database, and what each of them does",
       "nodes",
       nullptr,
       {},
       nodes},
      {"pause",
       "CHANNEL [--reason TEXT]",
       "send nothing on a channel until it is resumed, also over a restart",
       "pause whatsapp --reason \"maintenance at the provider\"",
       pause_options,
       {"channel"},
       pause},
      {"resume",
       "CHANNEL",
       "let a paused channel go on; what waits for it goes on at once",
       "resume whatsapp",
       resume_options,
       {"channel"},
       resume},
      {"config check",
       "[FILE]",
       "check a configuration: asks the daemon, or runs heraldd check where none answers",
       "config check\nconfig check ./herald.yaml",
       check_options,
       {"file"},
       config_check},
      {"reload",
       "",
       "make the daemon read its configuration again; a wrong one changes nothing",
       "reload",
       nullptr,
       {},
       reload}};
  return kCommands;
}

}  // namespace herald::ctl
