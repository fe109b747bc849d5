#pragma once

// Private to ctl: brings in Boost.Program_options.
#include <boost/program_options/options_description.hpp>
#include <boost/program_options/variables_map.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ctl/context.hpp"

namespace herald::ctl {

namespace po = boost::program_options;

/// One subcommand.
struct Command {
  std::string_view name;       ///< one or two words: "send", "user add"
  std::string_view arguments;  ///< as shown after the name: "ID"
  std::string_view summary;
  std::string_view examples;  ///< whole lines, without "heraldctl "
  void (*options)(po::options_description_easy_init&);
  std::vector<const char*> positional;  ///< options that may be given without their name, in order
  Exit (*run)(Context&, const po::variables_map&);
};

/// The commands of each file.
std::span<const Command> send_commands();
std::span<const Command> notification_commands();
std::span<const Command> daemon_commands();
std::span<const Command> people_commands();
std::span<const Command> monitor_commands();
std::span<const Command> webhook_commands();
std::span<const Command> audit_commands();
std::span<const Command> explain_commands();
std::span<const Command> dead_letter_commands();

/// Puts --since and --until into a query; when one is no time, says so and gives how to end.
std::optional<Exit> take_past(Context& context, const po::variables_map& options,
                              boost::json::object& query);

inline bool given(const po::variables_map& options, const char* name) {
  return options.count(name) != 0;
}
inline std::string value(const po::variables_map& options, const char* name) {
  return given(options, name) ? options[name].as<std::string>() : std::string{};
}
inline std::vector<std::string> values(const po::variables_map& options, const char* name) {
  return given(options, name) ? options[name].as<std::vector<std::string>>()
                              : std::vector<std::string>{};
}

}  // namespace herald::ctl
