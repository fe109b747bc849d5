#include <boost/program_options.hpp>
#include <iostream>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/signal_set.hpp>
#include "app/app.hpp"
#include "app/audit.hpp"
#include "app/check.hpp"
#include "app/move.hpp"
#include "app/operations.hpp"
#include "app/specs.hpp"
#include "base/memory.hpp"
#include "base/secrecy.hpp"

namespace {

constexpr int kUsage = 2;

int usage(std::ostream& out, const boost::program_options::options_description& options, int code) {
  out << "Usage: heraldd [--config FILE]        run the daemon\n"
         "       heraldd check FILE             say everything that is wrong with a "
         "configuration\n"
         "       heraldd audit [--config FILE]  recompute from the tables what became of every\n"
         "                                      notification, while no daemon runs\n"
         "       heraldd migrate-store --from sqlite:PATH --to postgresql:CONNINFO\n"
         "                                      copy the store, while no daemon runs\n\n"
      << options << "\nSee heraldctl --help for everything else.\n";
  return code;
}

}  // namespace

int main(int argc, char** argv) {
  namespace po = boost::program_options;
  herald::base::end_cleanly_out_of_memory();
  if (!herald::base::keep_memory_private())
    std::cerr
        << "heraldd: the kernel does not keep this process out of core dumps; set LimitCORE=0\n";
  po::options_description visible{"Options"};
  visible.add_options()("config,c",
                        po::value<std::string>()->default_value("/etc/herald/herald.yaml"),
                        "configuration file")("since", po::value<std::string>()->default_value(""),
                                              "audit: only notifications accepted since this time")(
      "json", po::bool_switch(), "audit: print one JSON document")(
      "from", po::value<std::string>()->default_value(""), "migrate-store: the file that is left")(
      "to", po::value<std::string>()->default_value(""),
      "migrate-store: the database; its schema and password as in --config")(
      "version", "print the version and exit")("help,h", "this help");
  po::options_description all;
  all.add(visible).add_options()("words", po::value<std::vector<std::string>>());
  po::positional_options_description positional;
  positional.add("words", -1);
  po::variables_map given;
  try {
    po::store(po::command_line_parser(argc, argv).options(all).positional(positional).run(), given);
    po::notify(given);
  } catch (const po::error& e) {
    std::cerr << "heraldd: " << e.what() << "\n";
    return usage(std::cerr, visible, kUsage);
  }
  if (given.contains("help")) return usage(std::cout, visible, 0);
  if (given.contains("version"))
    return std::cout << "heraldd " << herald::app::version() << "\n", 0;
  const auto words = given.contains("words") ? given["words"].as<std::vector<std::string>>()
                                             : std::vector<std::string>{};
  if (words.size() == 2 && words[0] == "check") return herald::app::check_command(words[1]);
  if (words == std::vector<std::string>{"audit"})
    return herald::app::audit_command(given["config"].as<std::string>(),
                                      given["since"].as<std::string>(), given["json"].as<bool>());
  if (words == std::vector<std::string>{"migrate-store"})
    return herald::app::move_command(
        {given["from"].as<std::string>(), given["to"].as<std::string>(),
         given["config"].as<std::string>(), given["config"].defaulted()});
  if (!words.empty()) {
    std::cerr << "heraldd: do not know what to do with '" << words[0] << "'\n";
    return usage(std::cerr, visible, kUsage);
  }
  return herald::app::App{given["config"].as<std::string>()}.run();
}
