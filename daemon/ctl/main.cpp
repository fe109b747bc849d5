#include <stdlib.h>
#include <unistd.h>

#include <exception>
#include <filesystem>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

#include "ctl/cli.hpp"

int main(int argc, char** argv) try {
  const auto environment = [](std::string_view name) {
    const char* value = ::getenv(std::string{name}.c_str());
    return std::string{value != nullptr ? value : ""};
  };
  std::error_code unknown;
  herald::ctl::Io io{.in = std::cin,
                     .out = std::cout,
                     .err = std::cerr,
                     .colour = ::isatty(STDOUT_FILENO) == 1 && environment("NO_COLOR").empty() &&
                               environment("TERM") != "dumb",
                     .environment = environment,
                     .sleep = [](herald::base::Duration d) { std::this_thread::sleep_for(d); },
                     .program = std::filesystem::read_symlink("/proc/self/exe", unknown).string()};
  const auto exit = herald::ctl::run({argv + 1, argv + argc}, io);
  std::cout.flush();
  return static_cast<int>(exit);
} catch (const std::exception& e) {
  std::cerr << "heraldctl: " << e.what() << "\n";
  return 1;
}
