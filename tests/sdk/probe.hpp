// A channel whose behaviour each test writes in place. Its entry is linked into the test
// executable.
#pragma once

#include <functional>
#include <herald/herald.hpp>
#include <herald/testing/fake_host.hpp>

namespace herald_test {

class Probe : public herald::Channel {
 public:
  using Channel::Channel;

  /// What the next instances do; reset by the fixture.
  struct Script {
    std::function<void(Probe&, std::string_view)> configure;
    std::function<void(Probe&)> start, stop;
    std::function<void(Probe&, const herald::Delivery&, herald::Completion)> deliver;
    std::function<void(Probe&, const herald::Incoming&, const herald::Exchange&)> request;
    std::function<void(Probe&, herald_op)> cancel;
    std::function<void(Probe&, const herald_event&)> event;
  };
  static Script& script();

  using Channel::host;
  std::vector<herald::Completion> kept;  // completions a test wants to outlive deliver()

  void configure(std::string_view json) override {
    if (script().configure) script().configure(*this, json);
  }
  void start() override {
    if (script().start) script().start(*this);
  }
  void stop() override {
    if (script().stop) script().stop(*this);
  }
  void deliver(const herald::Delivery& d, herald::Completion done) override {
    if (script().deliver) script().deliver(*this, d, std::move(done));
  }
  void on_request(const herald::Incoming& r, const herald::Exchange& ex) override {
    if (script().request) script().request(*this, r, ex);
  }
  void on_cancel(herald_op op) override {
    if (script().cancel) script().cancel(*this, op);
  }
  void event(const herald_event& ev) override {
    if (script().event) script().event(*this, ev);
  }
};

}  // namespace herald_test
