#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <cstring>
#include <future>
#include <set>
#include <thread>

#include "base/guarded.hpp"
#include "fakes.hpp"
#include "plugin/registry.hpp"
#include "puppet.h"

namespace herald::plugin::testing {

inline std::string text(herald_str s) {
  return s.size == 0 ? std::string{} : std::string{s.data, s.size};
}
inline herald_str view(std::string_view s) { return {s.data(), s.size()}; }

/// An event as a puppet got it, copied.
struct SeenEvent {
  uint32_t type = 0;
  uint64_t id = 0, exchange = 0, version = 0, seq = 0;
  herald_status status = -1;
  std::string bytes;
};

/// What a puppet does; functions a test does not set do nothing well. Set them before the instance
/// starts.
class Puppet {
 public:
  Puppet() {
    script_.user = this;
    script_.configure = [](void* u, const herald_host* h, herald_str json,
                           herald_error* e) -> herald_status {
      auto& me = *static_cast<Puppet*>(u);
      me.host = h;
      me.configured.add(text(json));
      return me.on_configure ? me.on_configure(text(json), e) : HERALD_OK;
    };
    script_.start = [](void* u, const herald_host* h, herald_error* e) -> herald_status {
      auto& me = *static_cast<Puppet*>(u);
      me.host = h;
      me.calls.add("start");
      return me.on_start ? me.on_start(e) : HERALD_OK;
    };
    script_.deliver = [](void* u, const herald_host*, const herald_delivery* d,
                         herald_error* e) -> herald_status {
      auto& me = *static_cast<Puppet*>(u);
      me.ops.add(d->op);
      return me.on_deliver ? me.on_deliver(*d, e) : HERALD_OK;
    };
    script_.reconcile = [](void* u, const herald_host*, const herald_delivery* d, herald_str id,
                           herald_error* e) -> herald_status {
      auto& me = *static_cast<Puppet*>(u);
      return me.on_reconcile ? me.on_reconcile(*d, text(id), e) : HERALD_E_UNSUPPORTED;
    };
    script_.catalog = [](void* u, const herald_host*, herald_op op,
                         herald_error*) -> herald_status {
      auto& me = *static_cast<Puppet*>(u);
      return me.produce(op, {{"application/json", me.catalog_json}});
    };
    script_.render = [](void* u, const herald_host*, herald_op op, const herald_render* r,
                        herald_error* e) -> herald_status {
      auto& me = *static_cast<Puppet*>(u);
      return me.on_render ? me.on_render(op, *r, e) : HERALD_OK;
    };
    script_.event = [](void* u, const herald_host*, const herald_event* e) {
      auto& me = *static_cast<Puppet*>(u);
      SeenEvent seen{e->type, e->id, e->exchange, e->version, 0, e->status, {}};
      switch (e->type) {
        case HERALD_EV_SECRET:
        case HERALD_EV_STORE:
        case HERALD_EV_DONE:
        case HERALD_EV_WS_TEXT:
          seen.bytes = text(e->u.bytes);
          break;
        case HERALD_EV_INBOX:
          seen.seq = e->u.seq;
          break;
        default:
          break;
      }
      me.events.add(seen);
      if (me.on_event) me.on_event(*e);
    };
    script_.drain = [](void* u, const herald_host*, int64_t) {
      static_cast<Puppet*>(u)->calls.add("drain");
    };
    script_.stop = [](void* u, const herald_host*) {
      auto& me = *static_cast<Puppet*>(u);
      if (me.on_stop) me.on_stop();
      me.calls.add("stop");
    };
    script_.destroy = [](void* u, const herald_host*) {
      static_cast<Puppet*>(u)->calls.add("destroy");
    };
  }
  /// `more`: further members of the settings.
  std::string settings(const std::string& more = {}) const {
    return "{\"script\":" + std::to_string(reinterpret_cast<uintptr_t>(&script_)) + more + "}";
  }
  template <class T>
  const T* find(const char* id) const {
    return static_cast<const T*>(host->get_interface(host, {id, std::strlen(id)}));
  }
  const herald_host_core* core() const { return find<herald_host_core>(HERALD_HOST_CORE); }
  herald_status complete(herald_op op, uint32_t result, uint32_t reason = 0,
                         std::string_view provider = {}, std::string_view detail = {},
                         uint32_t retry_after = 0) const {
    herald_outcome o{};
    o.struct_size = sizeof o;
    o.result = result;
    o.reason = reason;
    o.retry_after_ms = retry_after;
    o.provider_id = view(provider);
    o.detail = view(detail);
    return core()->complete(host, op, &o);
  }
  herald_status produce(herald_op op,
                        const std::vector<std::pair<std::string, std::string>>& output) const {
    std::vector<herald_kv> kvs;
    for (const auto& [k, v] : output) kvs.push_back({view(k), view(v)});
    herald_outcome o{};
    o.struct_size = sizeof o;
    o.result = HERALD_DELIVERED;
    o.output = {kvs.data(), kvs.size()};
    return core()->complete(host, op, &o);
  }

  const herald_host* host = nullptr;
  std::function<herald_status(const std::string&, herald_error*)> on_configure;
  std::function<herald_status(herald_error*)> on_start;
  std::function<herald_status(const herald_delivery&, herald_error*)> on_deliver;
  std::function<herald_status(const herald_delivery&, const std::string&, herald_error*)>
      on_reconcile;
  std::function<herald_status(herald_op, const herald_render&, herald_error*)> on_render;
  std::function<void(const herald_event&)> on_event;
  std::function<void()> on_stop;
  std::string catalog_json = R"({"version":"1","kinds":[]})";
  Record<std::string> calls, configured;
  Record<herald_op> ops;
  Record<SeenEvent> events;

 private:
  puppet_script script_{};
};

/// A registry with fakes around it, two threads of a core, and a clock moved by hand.
class Stage : public ::testing::Test {
 protected:
  Stage() {
    for (int i = 0; i < 2; ++i) threads.emplace_back([this] { io.run(); });
    Options options;
    options.path = {HERALD_TEST_PUPPETS, HERALD_TEST_PLUGINS};
    options.unload = true;
    options.call_limit = std::chrono::seconds{5};
    registry = std::make_unique<Registry>(io, ports, options);
  }
  ~Stage() override { finish(); }
  /// Before the members of a derived fixture go: plugins speak until they are stopped.
  void TearDown() override { finish(); }
  void finish() {
    if (!registry) return;
    registry->stop();
    work.reset();
    // Behind what was posted: an outcome may still be on its way.
    boost::asio::post(io, [this] { io.stop(); });
    for (auto& t : threads) t.join();
    registry.reset();
  }
  InstanceSpec spec(const Puppet& p, std::string plugin = "puppet") {
    InstanceSpec s;
    s.name = "chat";
    s.plugin = std::move(plugin);
    s.settings_json = p.settings();
    s.prefix = "/api/web-chat";
    return s;
  }
  TemplateSpec templates() {
    TemplateSpec t;
    t.plugin = "puppet_template";
    t.settings_json = source.settings();
    return t;
  }
  /// The usual beginning: one channel and the template source.
  void run(InstanceSpec s) {
    for (const auto& e : registry->load({std::move(s)}, templates())) ADD_FAILURE() << e.message;
    for (const auto& e : registry->start()) ADD_FAILURE() << e.message;
  }
  static model::Delivery delivery(std::string attempt = "n1.1.0.1") {
    model::Delivery d;
    d.attempt_id = std::move(attempt);
    d.head.id = "n1";
    d.head.kind = "message";
    d.head.user = 42;
    d.head.params_json = R"({"a":1})";
    d.address = {"user", "42"};
    d.identities = {{"user", "42"}, {"phone", "+237691924173"}};
    d.timeout = std::chrono::seconds{30};
    return d;
  }
  std::shared_ptr<Record<model::Outcome>> send(model::Delivery d) {
    auto outcomes = std::make_shared<Record<model::Outcome>>();
    registry->deliver("chat", std::move(d),
                      [outcomes](model::Outcome o) { outcomes->add(std::move(o)); });
    return outcomes;
  }
  void pass(base::Duration d) {
    clock.advance(d);
    registry->tick();
  }

  ManualClock clock;
  FakeLog log;
  FakeDelivery delivered;
  FakeInbox inbox;
  FakeAnswers answers;
  FakeDirectory directory;
  FakeProducer producer;
  FakeFetcher fetcher;
  FakeMounts mounts;
  FakeKv kv;
  FakeMetrics metrics;
  FakeSecrets secrets;
  std::atomic<model::UserId> revoked{0};  // whose credentials are
  HostPorts ports{clock,
                  log,
                  delivered,
                  inbox,
                  answers,
                  directory,
                  producer,
                  fetcher,
                  mounts,
                  kv,
                  metrics,
                  secrets,
                  [this](const model::Principal& who) { return who.user == revoked; }};
  Puppet source;      // the template plugin
  Puppet chat, next;  // channels
  boost::asio::io_context io;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work{io.get_executor()};
  std::vector<std::thread> threads;
  std::unique_ptr<Registry> registry;
};

}  // namespace herald::plugin::testing
