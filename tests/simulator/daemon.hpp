#pragma once

#include "channels.hpp"
#include "delivery/dispatcher.hpp"
#include "delivery/producer.hpp"
#include "inbox/inbox.hpp"
#include "witness.hpp"

namespace herald::simulator {

/// One life of heraldd: the production rooms, wired as app/ does, without its threads. Destroying
/// it is SIGKILL.
class Daemon final : private delivery::Observer, private model::ports::Directory {
 public:
  /// The lanes are used again by the next life.
  struct Threads {
    Loop::Lane &delivery, &writes, &reads, &plugins;
  };
  Daemon(Stage& stage, Truth& truth, Witness& witness, SimChannels::Providers& providers,
         Threads threads, std::string url);

  /// Opens the store, declares lost what was in flight, opens the doors. `done(false)`: as a
  /// process that ends at once with an error.
  void start(std::function<void(bool)> done);
  /// The routes of the configuration in force, after start and at a reload.
  void configure();

  model::ports::DeliveryEvents& delivery() { return *dispatcher_; }
  delivery::Dispatcher& dispatcher() { return *dispatcher_; }
  model::ports::Producer& producer() { return *producer_; }
  model::ports::Inbox& inbox() { return *inbox_; }
  store::Store& store() { return *store_; }

 private:
  // delivery::Observer
  void recorded(const store::Applied&, const std::vector<model::Event>&) override {}
  void inbox_changed(model::UserId user, int64_t seq) override { inbox_->changed(user, seq); }
  void trouble(std::string_view event, std::string_view text, std::string_view id) override {
    stage_.story.tell("trouble ", event, ": ", text, " ", id);
  }
  // model::ports::Directory
  base::Result<model::Identity> parse(std::string_view spelled) const override {
    return model::Identity{"user", std::string{spelled}};
  }
  base::Result<model::Identity> normalise(model::Identity identity) const override {
    return identity;
  }
  void resolve(model::Identity identity, Done<model::UserId> done) override {
    store_->resolve(std::move(identity), std::move(done));
  }
  void learn(model::Identity, model::Identity, Done<bool> done) override { done(true); }
  void mark(model::Identity, std::string, model::TimePoint, Done<bool> done) override {
    done(true);
  }

  delivery::DispatcherOptions options() const;

  Stage& stage_;
  Witness& witness_;
  Threads threads_;
  store::Options store_options_;
  SimChannels channels_;
  std::unique_ptr<delivery::Dispatcher> dispatcher_;
  std::unique_ptr<delivery::Producer> producer_;
  std::unique_ptr<inbox::Inbox> inbox_;
  /// Gone first: what waits in it belongs to the others.
  std::unique_ptr<store::Store> store_;
};

}  // namespace herald::simulator
