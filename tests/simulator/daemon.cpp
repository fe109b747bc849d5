#include "daemon.hpp"

#include "store/sqlite/store.hpp"

namespace herald::simulator {

Daemon::Daemon(Stage& stage, Truth& truth, Witness& witness, SimChannels::Providers& providers,
               Threads threads, std::string url)
    : stage_{stage},
      witness_{witness},
      threads_{threads},
      channels_{stage, truth, providers, threads.plugins} {
  store_options_.url = std::move(url);
  store_options_.inbox_keep = stage.scenario.inbox_keep;
}

void Daemon::start(std::function<void(bool)> done) {
  auto opened = store::sqlite::open_inline(store_options_, witness_.decide(), stage_.clock,
                                           {threads_.writes, threads_.reads});
  if (!opened) {
    stage_.story.tell("the store does not open: ", opened.error().message);
    return done(false);
  }
  store_ = std::move(*opened);
  dispatcher_ = std::make_unique<delivery::Dispatcher>(
      delivery::Dispatcher::Needs{threads_.delivery, *store_, channels_, stage_.clock, *this},
      options());
  channels_.connect(*dispatcher_);
  producer_ = std::make_unique<delivery::Producer>(
      delivery::Producer::Needs{*store_, *dispatcher_, stage_.clock, stage_.dice});
  inbox_ = std::make_unique<inbox::Inbox>(*store_, *dispatcher_);
  configure();
  dispatcher_->start([this, done = std::move(done)](base::Result<void> recovered) {
    if (!recovered) stage_.story.tell("recovery failed: ", recovered.error().message);
    done(recovered.has_value());
  });
}

delivery::DispatcherOptions Daemon::options() const {
  delivery::DispatcherOptions options;
  options.held = stage_.scenario.held;
  options.in_flight = stage_.scenario.in_flight;
  options.backstop = stage_.scenario.backstop;
  options.boot = "only";
  options.time_zone = stage_.scenario.gates.time_zone;
  options.gates = stage_.scenario.gates;
  options.gates.channels.erase(stage_.gone);
  return options;
}

void Daemon::configure() {
  delivery::SubmissionRules rules;
  rules.catalog = channels_.catalog();
  rules.chain = [routes = stage_.scenario.routes](std::string_view kind, model::Priority,
                                                  std::string_view,
                                                  bool) -> base::Result<model::ChainPtr> {
    const auto it = routes.find(std::string{kind});
    if (it == routes.end()) return base::fail(base::Code::unprocessable, "no route", "kind");
    return it->second;
  };
  rules.directory = this;
  producer_->set_rules(std::move(rules));
  dispatcher_->reconfigure(options());
}

}  // namespace herald::simulator
