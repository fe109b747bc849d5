#include "ctl/cli.hpp"

#include <algorithm>
#include <boost/program_options/errors.hpp>
#include <boost/program_options/parsers.hpp>
#include <boost/program_options/positional_options.hpp>
#include <iostream>
#include <optional>

#include "base/text.hpp"
#include "ctl/command.hpp"

namespace herald::ctl {
namespace {

using Words = std::vector<std::string>;

constexpr std::string_view kDefaultSocket = "/run/herald/control";

std::vector<const Command*> all_commands() {
  std::vector<const Command*> all;
  for (const auto part : {send_commands(), notification_commands(), dead_letter_commands(),
                          daemon_commands(), people_commands(), monitor_commands(),
                          webhook_commands(), audit_commands(), explain_commands()})
    for (const auto& command : part) all.push_back(&command);
  return all;
}

po::options_description options_of(const Command& command) {
  po::options_description own{"Options"};
  auto add = own.add_options();
  if (command.options != nullptr) command.options(add);
  add("socket", po::value<std::string>(),
      "the daemon's control socket (default: $HERALD_SOCKET, or /run/herald/control)");
  add("json", po::bool_switch(), "print one JSON document (monitor: one per line)");
  add("help,h", po::bool_switch(), "show this help");
  return own;
}

void overview(std::ostream& out) {
  out << "heraldctl: hand in notifications, follow them, and run heraldd\n\nUsage: heraldctl "
         "COMMAND [options]\n\n";
  std::size_t width = 0;
  for (const auto* c : all_commands()) width = std::max(width, c->name.size());
  for (const auto* c : all_commands())
    out << "  " << c->name << std::string(width + 2 - c->name.size(), ' ') << c->summary << "\n";
  out << "\nheraldctl COMMAND --help shows a command's options and examples.\n"
         "Exit codes: 0 ok, 1 failed, 2 usage or configuration, 3 daemon unreachable, 4 denied, 5 "
         "not found.\n";
}

void help(const Command& command, std::ostream& out) {
  out << "Usage: heraldctl " << command.name << (command.arguments.empty() ? "" : " ")
      << command.arguments << "\n\n"
      << command.summary << "\n\n"
      << options_of(command) << "\nExamples:\n";
  for (const auto line : base::split(command.examples, '\n')) out << "  heraldctl " << line << "\n";
}

/// The command that the first word or two name, and how many words that took.
std::pair<const Command*, std::size_t> find(const Words& words) {
  for (const std::size_t take : {std::size_t{2}, std::size_t{1}}) {
    if (words.size() < take) continue;
    const auto name = take == 2 ? words[0] + " " + words[1] : words[0];
    for (const auto* command : all_commands())
      if (command->name == name) return {command, take};
  }
  return {nullptr, 0};
}

/// What is wrong with words that name no command.
std::string unknown(const Words& words) {
  std::string group;
  Words names;
  for (const auto* command : all_commands()) {
    const auto name = std::string{command->name};
    names.push_back(name);
    if (name.starts_with(words[0] + " "))
      group += (group.empty() ? "" : ", ") + name.substr(words[0].size() + 1);
  }
  if (!group.empty() && words.size() < 2) return words[0] + " needs one of: " + group;
  // A word that begins with a dash, or has a value in it, is no attempt at a second word of a name.
  const auto typed = words.size() > 1 && !words[1].starts_with('-') && !group.empty()
                         ? words[0] + " " + words[1]
                         : words[0];
  Words first_words = names;
  for (const auto& name : names) first_words.push_back(name.substr(0, name.find(' ')));
  const std::vector<std::string_view> candidates(first_words.begin(), first_words.end());
  auto message = "unknown command \"" + typed + "\"";
  if (const auto meant = base::did_you_mean(typed, candidates))
    message += "; did you mean \"" + std::string{*meant} + "\"?";
  return message + " (heraldctl --help lists the commands)";
}

/// Puts options that stand before the command behind it.
Words rearranged(const Words& arguments) {
  std::size_t at = 0;
  while (at < arguments.size() && arguments[at].size() > 1 && arguments[at].starts_with('-'))
    at += arguments[at] == "--socket" ? 2 : 1;
  at = std::min(at, arguments.size());
  Words out(arguments.begin() + static_cast<std::ptrdiff_t>(at), arguments.end());
  out.insert(out.end(), arguments.begin(), arguments.begin() + static_cast<std::ptrdiff_t>(at));
  return out;
}

po::variables_map parse(const Command& command, const Words& words) {
  const auto options = options_of(command);
  po::positional_options_description positional;
  for (const auto* name : command.positional) positional.add(name, 1);
  po::variables_map values;
  using namespace po::command_line_style;
  po::store(po::command_line_parser(words)
                .options(options)
                .positional(positional)
                .style(unix_style & ~allow_guessing)
                .run(),
            values);
  po::notify(values);
  return values;
}

std::string option_message(const Command& command, const po::unknown_option& e) {
  const auto known = options_of(command);
  std::vector<std::string> names;
  for (const auto& option : known.options()) names.push_back("--" + option->long_name());
  const std::vector<std::string_view> candidates(names.begin(), names.end());
  auto message = "unknown option " + e.get_option_name();
  if (const auto meant = base::did_you_mean(e.get_option_name(), candidates))
    message += "; did you mean " + std::string{*meant} + "?";
  return message;
}

std::string socket_path(const po::variables_map& options, const Io& io) {
  if (given(options, "socket")) return value(options, "socket");
  if (io.environment)
    if (auto path = io.environment("HERALD_SOCKET"); !path.empty()) return path;
  return std::string{kDefaultSocket};
}

}  // namespace

Exit run(const std::vector<std::string>& arguments, Io& io) {
  auto words = rearranged(arguments);
  const auto wants = [&words](std::string_view a, std::string_view b) {
    return std::any_of(words.begin(), words.end(), [&](const auto& w) { return w == a || w == b; });
  };
  if (!words.empty() && words[0] == "help") {
    words.erase(words.begin());
    words.push_back("--help");
  }
  if (words.empty() || words[0].starts_with('-')) {
    if (wants("--version", "-V")) return io.out << "heraldctl " << HERALD_VERSION << "\n", Exit::ok;
    const bool asked = wants("--help", "-h");
    overview(asked ? io.out : io.err);
    return asked ? Exit::ok : Exit::usage;
  }
  const bool json = wants("--json", "--json");
  Context plain{io, "", json};
  const auto [command, taken] = find(words);
  if (command == nullptr) return plain.refuse(unknown(words));
  words.erase(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(taken));
  if (wants("--help", "-h")) return help(*command, io.out), Exit::ok;

  const auto hint = " (heraldctl " + std::string{command->name} + " --help shows how)";
  po::variables_map options;
  try {
    options = parse(*command, words);
  } catch (const po::unknown_option& e) {
    return plain.refuse(option_message(*command, e) + hint);
  } catch (const po::too_many_positional_options_error&) {
    return plain.refuse("too many arguments; quote what has spaces" + hint);
  } catch (const po::error& e) {
    return plain.refuse(e.what() + hint);
  }
  Context context{io, socket_path(options, io), options["json"].as<bool>()};
  return command->run(context, options);
}

}  // namespace herald::ctl
