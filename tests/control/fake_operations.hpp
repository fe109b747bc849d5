#pragma once

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "control/operations.hpp"

namespace herald::testing {

/// Operations that write down what they were asked ("status", "submit uid:0 {...}") and answer what
/// the test set.
class FakeOperations final : public control::Operations, public model::ports::Producer {
 public:
  using Object = boost::json::object;
  using Reply = control::Operations::Reply;
  static Object object(std::string_view text) { return boost::json::parse(text).as_object(); }

  /// What the operation of that name answers from now on.
  void answer(const std::string& operation, base::Result<Object> result) {
    const std::lock_guard lock{mutex_};
    answers_.insert_or_assign(operation, std::move(result));
  }
  /// Keeps the replies of that operation instead of calling them.
  void hold(const std::string& operation) {
    const std::lock_guard lock{mutex_};
    held_.insert({operation, {}});
  }
  std::vector<control::Operations::Reply> take_held(const std::string& operation) {
    const std::lock_guard lock{mutex_};
    auto out = std::move(held_.at(operation));
    held_.erase(operation);
    return out;
  }
  std::vector<std::string> calls() {
    const std::lock_guard lock{mutex_};
    return calls_;
  }
  std::size_t watchers() {
    const std::lock_guard lock{mutex_};
    std::erase_if(sources_, [](const auto& s) { return s.expired(); });
    return sources_.size();
  }
  control::MonitorQuery watched() {
    const std::lock_guard lock{mutex_};
    return query_;
  }
  /// Gives an event to everybody who monitors.
  void emit(const Object& event) {
    std::vector<std::shared_ptr<Source>> sources;
    {
      const std::lock_guard lock{mutex_};
      for (const auto& weak : sources_)
        if (auto source = weak.lock()) sources.push_back(std::move(source));
    }
    for (const auto& source : sources) source->push(event);
  }

  model::ports::Producer& producer() override { return *this; }
  void submit(std::string who, const boost::json::value& request, Reply reply) override {
    run("submit", who + " " + boost::json::serialize(request), reply);
  }
  void get(std::string id, bool secret, Reply reply) override {
    run("get", id + mark(secret), reply);
  }
  void timeline(std::string id, bool secret, Reply reply) override {
    run("timeline", id + mark(secret), reply);
  }
  void cancel(std::string id, std::string by, Reply reply) override {
    run("cancel", id + " " + by, reply);
  }
  void list(const Object& query, bool secret, Reply reply) override {
    run("list", boost::json::serialize(query) + mark(secret), reply);
  }
  void dead_letters(const Object& query, Reply reply) override {
    run("dead_letters", boost::json::serialize(query), reply);
  }
  void redrive(const Object& query, std::string by, Reply reply) override {
    run("redrive", boost::json::serialize(query) + " " + by, reply);
  }

  void status(Reply reply) override { run("status", "", reply); }
  void channels(Reply reply) override { run("channels", "", reply); }
  void nodes(Reply reply) override { run("nodes", "", reply); }
  void check_config(std::string path, Reply reply) override { run("check_config", path, reply); }
  void reload(Reply reply) override { run("reload", "", reply); }
  void add_user(Object user, Reply reply) override {
    run("add_user", boost::json::serialize(user), reply);
  }
  void show_user(std::string spelled, Reply reply) override { run("show_user", spelled, reply); }
  void user_token(std::string user, base::Duration lifetime, Reply reply) override {
    run("user_token", user + " " + base::to_string(lifetime), reply);
  }
  void service_token(std::string name, std::vector<std::string> scopes, base::TimePoint expires,
                     Reply reply) override {
    for (const auto& scope : scopes) name += " " + scope;
    run("service_token",
        name + " " + (expires == base::TimePoint{} ? "never" : base::to_iso8601(expires)), reply);
  }
  void service_tokens(Reply reply) override { run("service_tokens", "", reply); }
  void pause(std::string channel, std::string reason, std::string by, Reply reply) override {
    run("pause", channel + "|" + reason + "|" + by, reply);
  }
  void resume(std::string channel, Reply reply) override { run("resume", channel, reply); }
  void revoke_token(std::string name, Reply reply) override { run("revoke_token", name, reply); }
  void revoke_user_tokens(std::string user, Reply reply) override {
    run("revoke_user_tokens", user, reply);
  }

  void explain(std::string who, boost::json::value request, bool secret, Reply reply) override {
    run("explain", who + " " + boost::json::serialize(request) + mark(secret), reply);
  }
  void audit(std::optional<base::TimePoint> since, std::function<bool(Object)> progress,
             Reply reply) override {
    for (int64_t checked = 1; checked <= 2; ++checked)
      progress({{"checked", checked}, {"total", 2}});
    run("audit", since ? base::to_iso8601(*since) : "", reply);
  }

  base::Result<std::shared_ptr<control::EventSource>> monitor(
      control::MonitorQuery query, std::function<void()> ready) override {
    const std::lock_guard lock{mutex_};
    query_ = std::move(query);
    if (query_.after == "beyond") return base::fail(base::Code::invalid, "no such cursor", "after");
    auto source = std::make_shared<Source>(std::move(ready));
    sources_.push_back(source);
    return std::shared_ptr<control::EventSource>{source};
  }
  void webhooks(Reply reply) override { run("webhooks", "", reply); }
  void webhook_messages(std::string name, bool dead, std::string after, Reply reply) override {
    run("webhook_messages", name + (dead ? " dead " : " ") + after, reply);
  }
  void redeliver_webhook(std::string name, std::string id, Reply reply) override {
    run("redeliver_webhook", name + " " + id, reply);
  }

 private:
  /// Keeps everything, as the journal does.
  class Source final : public control::EventSource {
   public:
    explicit Source(std::function<void()> ready) : ready_(std::move(ready)) {}
    void push(const Object& event) {
      {
        const std::lock_guard lock{mutex_};
        events_.push_back(event);
      }
      ready_();
    }
    std::optional<base::Result<Object>> next() override {
      const std::lock_guard lock{mutex_};
      if (given_ == events_.size()) return std::nullopt;
      const auto& event = events_[given_++];
      if (event.contains("refuse"))
        return base::fail(base::Code::invalid, "the cursor lies beyond the end", "after");
      return Object{{"event", event}, {"cursor", std::to_string(given_)}, {"gap", false}};
    }

   private:
    const std::function<void()> ready_;
    std::mutex mutex_;
    std::vector<Object> events_;
    std::size_t given_ = 0;
  };

  static std::string mark(bool secret) { return secret ? " private" : ""; }
  void run(const std::string& operation, const std::string& with,
           const control::Operations::Reply& reply) {
    base::Result<Object> result{Object{}};
    {
      const std::lock_guard lock{mutex_};
      calls_.push_back(with.empty() ? operation : operation + " " + with);
      if (const auto held = held_.find(operation); held != held_.end())
        return held->second.push_back(reply);
      if (const auto found = answers_.find(operation); found != answers_.end())
        result = found->second;
    }
    reply(std::move(result));
  }

  std::mutex mutex_;
  std::map<std::string, base::Result<Object>> answers_;
  std::map<std::string, std::vector<control::Operations::Reply>> held_;
  std::vector<std::string> calls_;
  std::vector<std::weak_ptr<Source>> sources_;
  control::MonitorQuery query_;
};

}  // namespace herald::testing
