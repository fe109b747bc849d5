#pragma once

#include <gtest/gtest.h>

#include <deque>
#include <optional>

#include "delivery/dispatcher.hpp"
#include "memory_store.hpp"

namespace herald::delivery::testing {

/// Runs posted tasks when told to; timers fire when the clock is moved.
class HandExecutor final : public base::Executor {
 public:
  explicit HandExecutor(HandClock& clock) : clock_{clock} {}
  void post(std::function<void()> task) override { tasks_.push_back(std::move(task)); }
  uint64_t after(base::Duration delay, std::function<void()> task) override {
    timers_.emplace(std::pair{clock_.mono() + delay, ++last_}, std::move(task));
    return last_;
  }
  void cancel(uint64_t handle) override {
    std::erase_if(timers_, [&](const auto& t) { return t.first.second == handle; });
  }
  /// The process is gone, and all that it meant to do.
  void clear() {
    tasks_.clear();
    timers_.clear();
  }
  void run() {
    while (!tasks_.empty()) {
      auto task = std::move(tasks_.front());
      tasks_.pop_front();
      task();
    }
  }
  /// Moves the clock, firing on the way what is due.
  void pass(base::Duration time) {
    const auto end = clock_.mono() + time;
    run();
    while (!timers_.empty() && timers_.begin()->first.first <= end) {
      clock_.time += std::max(timers_.begin()->first.first - clock_.mono(), base::Duration{0});
      auto task = std::move(timers_.begin()->second);
      timers_.erase(timers_.begin());
      task();
      run();
    }
    clock_.time += end - clock_.mono();
  }

 private:
  HandClock& clock_;
  std::deque<std::function<void()>> tasks_;
  std::map<std::pair<base::MonoPoint, uint64_t>, std::function<void()>> timers_;
  uint64_t last_ = 0;
};

/// Channels that answer when the test says so.
class HandChannels final : public model::ports::Channels {
 public:
  struct Delivered {
    std::string channel;
    model::Delivery delivery;
    std::function<void(model::Outcome)> done;
    std::string provider_id;  ///< of a question
  };
  std::map<std::string, model::ChannelInfo> infos;
  std::vector<Delivered> deliveries, questions;
  std::vector<std::string> cancelled;
  int renders = 0;
  bool render_fails = false;
  std::vector<model::Action> actions;  ///< of everything that is rendered
  bool hold_rendering = false;
  std::vector<std::function<void()>> held_renders;

  model::ChannelInfo& add(const std::string& name, std::vector<std::string> addresses,
                          bool idempotent) {
    auto& info = infos[name];
    info.name = name;
    info.addresses = std::move(addresses);
    info.formats = {"text/plain"};
    info.idempotent = idempotent;
    info.running = true;
    return info;
  }
  std::vector<model::ChannelInfo> channels() const override {
    std::vector<model::ChannelInfo> out;
    for (const auto& [name, info] : infos) out.push_back(info);
    return out;
  }
  std::optional<model::ChannelInfo> channel(std::string_view name) const override {
    const auto it = infos.find(std::string{name});
    if (it == infos.end()) return std::nullopt;
    return it->second;
  }
  void deliver(std::string_view channel, model::Delivery delivery,
               std::function<void(model::Outcome)> done) override {
    deliveries.push_back({std::string{channel}, std::move(delivery), std::move(done), {}});
  }
  void cancel(std::string_view attempt) override { cancelled.emplace_back(attempt); }
  void reconcile(std::string_view channel, model::Delivery delivery, std::string provider_id,
                 std::function<void(model::Outcome)> done) override {
    questions.push_back(
        {std::string{channel}, std::move(delivery), std::move(done), std::move(provider_id)});
  }
  void render(RenderRequest request,
              std::function<void(base::Result<model::Rendered>)> done) override {
    ++renders;
    auto answer = [this, request, done] {
      if (render_fails) return done(base::fail(base::Code::internal, "template broken"));
      model::Rendered out;
      out.parts["text/plain"] = "text of " + request.kind;
      out.version = "1";
      out.actions = actions;
      done(out);
    };
    if (hold_rendering)
      held_renders.push_back(answer);
    else
      answer();
  }
  std::shared_ptr<const model::Catalog> catalog() const override {
    return std::make_shared<model::Catalog>();
  }
};

class Recorder final : public Observer {
 public:
  std::vector<std::string> troubles;
  int inbox_changes = 0, accepts = 0;
  std::vector<model::Duration> attempts;
  void accepted(const model::Notification&) override { ++accepts; }
  void attempted(model::Duration after, const std::string&) override { attempts.push_back(after); }
  void recorded(const store::Applied&, const std::vector<model::Event>&) override {}
  void inbox_changed(model::UserId, int64_t) override { ++inbox_changes; }
  void trouble(std::string_view event, std::string_view, std::string_view) override {
    troubles.emplace_back(event);
  }
};

/// A dispatcher on a bench: webchat (idempotent), whatsapp (not), log (reaches nobody).
class DispatcherTest : public ::testing::Test {
 protected:
  DispatcherTest() {
    channels.add("webchat", {"user"}, true);
    channels.add("whatsapp", {"phone"}, false);
    channels.add("log", {"user"}, true).reaches_nobody = true;
    store.users[1] = {1, "Ada", false, {{"phone", "+237691924173"}}, {}};
    store.users[2] = {2, "Bob", false, {}, {}};
    model::Chain c;
    c.route = "default";
    c.steps = {step("webchat", true), step("whatsapp", false), step("log", true)};
    c.steps[0].until = model::Evidence::read;
    c.steps[2].until = model::Evidence::accepted;
    c.steps[2].within = {};
    c.steps[2].reaches_nobody = true;
    chain = std::make_shared<const model::Chain>(c);
  }
  static model::Step step(std::string channel, bool idempotent) {
    model::Step s;
    s.channel = std::move(channel);
    s.idempotent = idempotent;
    return s;
  }
  model::Notification make(const std::string& id, model::UserId user = 1,
                           model::Priority priority = model::Priority::normal) {
    model::Notification n;
    n.head.id = id;
    n.head.kind = "message";
    n.head.user = user;
    n.head.params_json = "{}";
    n.head.priority = priority;
    n.head.created = clock.time;
    n.head.chain = chain;
    n.progress = first_progress(id, clock.time, clock.time, clock.time + std::chrono::hours{24});
    return n;
  }
  model::Notification& accept(const std::string& id, model::UserId user = 1,
                              model::Priority priority = model::Priority::normal) {
    auto n = make(id, user, priority);
    auto& stored = store.notifications[id] = n;
    dispatcher->accepted(n, base::offset_of(clock));
    executor.run();
    return stored;
  }
  void start(DispatcherOptions options = {}) {
    dispatcher = std::make_unique<Dispatcher>(
        Dispatcher::Needs{executor, store, channels, clock, recorder, nodes}, options);
    dispatcher->start([](auto result) { ASSERT_TRUE(result); });
    executor.run();
  }
  void die() {
    executor.clear();
    dispatcher.reset();
    channels.deliveries.clear();
    channels.questions.clear();
  }
  void answer_question(std::size_t question, model::OutcomeKind kind) {
    model::Outcome outcome;
    outcome.kind = kind;
    channels.questions.at(question).done(outcome);
    executor.run();
  }
  void evidence(const std::string& id, model::Evidence level) {
    dispatcher->inbox_evidence({id}, level, [](auto) {});
  }
  void answer(std::size_t delivery, model::OutcomeKind kind, std::string provider_id = {}) {
    model::Outcome outcome;
    outcome.kind = kind;
    outcome.provider_id = std::move(provider_id);
    channels.deliveries.at(delivery).done(outcome);
    executor.run();
  }
  /// What the webchat plugin does in deliver().
  void put_into_inbox(std::size_t delivery) {
    auto& d = channels.deliveries.at(delivery);
    bool done = false;
    dispatcher->append(d.channel, d.delivery.attempt_id, {},
                       [&](base::Result<model::Item> item) { done = bool(item); });
    executor.run();
    ASSERT_TRUE(done);
    answer(delivery, model::OutcomeKind::accepted);
  }
  const model::Progress& progress(const std::string& id) {
    return store.notifications.at(id).progress;
  }

  HandClock clock;
  HandExecutor executor{clock};
  MemoryStore store{clock};
  HandChannels channels;
  Recorder recorder;
  store::NodeStore* nodes = nullptr;  // alone
  model::ChainPtr chain;
  std::unique_ptr<Dispatcher> dispatcher;
};

}  // namespace herald::delivery::testing
