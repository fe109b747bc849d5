#include "plugin/host/side.hpp"

#include "base/text.hpp"
#include "plugin/host/http.hpp"
#include "plugin/outcome.hpp"
#include "plugin/routes.hpp"
#include "plugin/text.hpp"

namespace herald::plugin {

namespace {

constexpr uint32_t kMaxPending = 4'096;

const void* get_interface(const herald_host* host, herald_str id) noexcept {
  if (host == nullptr || host->impl == nullptr) return nullptr;
  const auto name = bytes_of(id, 100);
  if (!name) return nullptr;
  if (*name == HERALD_HOST_CORE) return core_table();
  if (*name == HERALD_HOST_METRICS) return metrics_table();
  if (*name == HERALD_HOST_HTTP) return http_table();
  if (*name == HERALD_HOST_INBOX) return inbox_table();
  if (*name == HERALD_HOST_RECEIPTS) return receipts_table();
  if (*name == HERALD_HOST_ANSWERS) return answers_table();
  if (*name == HERALD_HOST_DIRECTORY) return directory_table();
  if (*name == HERALD_HOST_KV) return kv_table();
  if (*name == HERALD_HOST_SUBMIT) return submit_table();
  return nullptr;
}

}  // namespace

Side::Side(Runtime& r, const HostPorts& p, std::shared_ptr<Routes> routes_of,
           const Options& options, InstanceSpec s, uint32_t plugin_flags,
           std::shared_ptr<Lane> its_lane)
    : runtime{r},
      ports{p},
      routes{std::move(routes_of)},
      spec{std::move(s)},
      flags{plugin_flags},
      lane{std::move(its_lane)},
      kept{std::make_shared<KeptAnswers>(p.inbox)},
      version_{options.version},
      ports_alive_{r.alive} {
  abi_.struct_size = sizeof abi_;
  abi_.abi_major = HERALD_ABI_MAJOR;
  abi_.abi_minor = HERALD_ABI_MINOR;
  abi_.impl = this;
  abi_.name = str("heraldd");
  abi_.version = str(version_);
  abi_.instance = str(spec.name);
  abi_.get_interface = &get_interface;
}

Side::~Side() = default;

void Side::send(Event e) {
  if (!open()) return;
  lane->post([self = shared_from_this(), e = std::move(e)]() mutable { self->enter(e); });
}

void Side::enter(Event& e) {
  if (!open() || plugin == nullptr || (e.wanted && !e.wanted())) return;
  if (e.fill)
    e.fill(e.raw);
  else if (!e.payload)
    e.raw.u.bytes = str(e.bytes);
  std::string thrown;
  guarded(thrown, [&] {
    plugin->event(plugin, &e.raw);
    return HERALD_OK;
  });
  if (thrown.empty()) return;
  misbehaved("exception", "event() threw: " + thrown);
  if (e.raw.type == HERALD_EV_HTTP_REQUEST) answer_failed(*this, e.raw.exchange);
}

bool Side::begin_request() {
  if (pending.fetch_add(1) < kMaxPending) return true;
  --pending;
  return false;
}

void Side::answer(Event e) {
  --pending;
  send(std::move(e));
}

void Side::answer(herald_event_type type, herald_token token, const base::Error& error) {
  auto e = event(type, token, status_of(error.code));
  e.bytes = error.message;
  answer(std::move(e));
}

void Side::misbehaved(std::string_view what, std::string_view text) {
  ++misbehaviours_;
  ports.metrics.record("herald_plugin_misbehaviour_total", 1,
                       {{"instance", spec.name}, {"what", std::string{what}}});
  const auto verdict = misbehaviour_gate_.ask(runtime.clock.mono());
  if (!verdict.pass) return;
  ports.log.warning(
      "plugin.misbehaved", "the plugin broke its contract: " + note(text, 500),
      {{"instance", spec.name}, {"plugin", spec.plugin}, {"what", std::string{what}}});
}

void Side::called_after_stop(const char* function) {
  if (ports_alive_->load())
    misbehaved("call_after_stop", std::string{"called "} + function + "() after stop()");
}

bool Side::finish(uint64_t id, Ended ended, bool by_deadline) {
  auto op = ops.take(id, by_deadline);
  if (!op) return false;
  runtime.alarms.cancel(op->alarm);
  if (op->done) {
    // Its caller may do anything, also wait for us: never inside a plugin's call.
    runtime.post([done = std::move(op->done), ended = std::move(ended)]() mutable {
      done(std::move(ended));
    });
  }
  runtime.tell_idle();
  return true;
}

void Side::report_late(const std::string& attempt_id, const model::Outcome& outcome) {
  auto receipt = late_receipt(attempt_id, outcome, runtime.clock.now());
  if (!receipt) return;
  ports.delivery.receipts(spec.name, {std::move(*receipt)}, [](const base::Result<bool>&) {});
}

void Side::close(const model::Outcome& last) {
  ops.close();
  open_ = false;
  kept->close();
  for (const auto id : ops.ids()) {
    auto outcome = last;
    // What the plugin was never given certainly did not leave.
    if (const auto op = ops.peek(id); op && !op->entered) outcome.kind = model::OutcomeKind::retry;
    finish(id, {std::move(outcome), {}});
  }
  Held given_back;
  held.with([&](Held& h) {
    given_back = std::move(h);
    h = Held{};
    h.closed = true;
  });
  for (const auto& [token, timer] : given_back.timers) runtime.alarms.cancel(timer.alarm);
  for (const auto& [token, handle] : given_back.secrets)
    if (handle != 0) ports.secrets.unwatch(handle);
  for (const auto& [token, subscription] : given_back.subscriptions)
    if (subscription.handle != 0) ports.inbox.unsubscribe(subscription.handle);
  for (const auto& [token, handle] : given_back.fetches)
    if (handle != 0) ports.fetcher.cancel(handle);
  routes->drop(*this);
  for (auto& [id, exchange] : given_back.exchanges) {
    runtime.alarms.cancel(exchange.alarm);
    if (!exchange.port) continue;
    if (exchange.stage == Held::Exchange::Stage::waiting)
      exchange.port->respond({503,
                              {{"retry-after", "1"}},
                              R"({"title":"The channel is restarting; try again","status":503})",
                              "application/problem+json"});
    else if (exchange.stage == Held::Exchange::Stage::streaming)
      exchange.port->end();
  }
}

}  // namespace herald::plugin
