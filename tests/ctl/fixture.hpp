#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>
#include <time.h>

#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "control/running_server.hpp"
#include "ctl/cli.hpp"

namespace herald::testing {

/// A clock that stands still, at 2025-07-14T10:00:00Z, until it is moved.
class StillClock final : public base::Clock {
 public:
  base::TimePoint now() const override {
    return *base::parse_iso8601("2025-07-14T10:00:00Z") + passed;
  }
  base::MonoPoint mono() const override { return base::MonoPoint{passed}; }
  base::Duration passed{0};
};

/// heraldctl in-process, against a control server over FakeOperations.
struct CtlTest : ::testing::Test {
  CtlTest() {
    ::setenv("TZ", "WAT-1", 1);  // an hour east of Greenwich, as in Douala
    ::tzset();
  }

  ctl::Exit run(std::vector<std::string> arguments, const std::string& input = "") {
    out.str("");
    err.str("");
    std::istringstream in{input};
    ctl::Io io{
        .in = in,
        .out = out,
        .err = err,
        .colour = colour,
        .clock = clock,
        .environment = [this](std::string_view name) { return environment[std::string{name}]; },
        .sleep =
            [this](base::Duration d) {
              clock.passed += d;
              if (asleep) asleep();
            },
        .program = program};
    return ctl::run(arguments, io);
  }
  /// The same, with this server's socket.
  ctl::Exit ask(std::vector<std::string> arguments, const std::string& input = "") {
    environment["HERALD_SOCKET"] = server.path;
    return run(std::move(arguments), input);
  }
  void answer(const std::string& operation, std::string_view json) {
    server.operations.answer(operation, FakeOperations::object(json));
  }
  std::string asked() {
    const auto calls = server.operations.calls();
    return calls.empty() ? "" : calls.back();
  }
  /// What submit was asked, without who asked.
  std::string submitted() {
    const auto call = asked();
    return call.substr(std::min(call.size(), call.find('{')));
  }

  RunningServer server;
  std::ostringstream out, err;
  StillClock clock;
  std::map<std::string, std::string> environment;
  std::function<void()> asleep;
  std::string program;
  bool colour = false;
};

}  // namespace herald::testing
