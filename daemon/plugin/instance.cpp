#include "plugin/instance.hpp"

#include <algorithm>
#include <future>

#include "base/text.hpp"
#include "plugin/marshal.hpp"
#include "plugin/outcome.hpp"
#include "plugin/text.hpp"

namespace herald::plugin {

using base::Code;
using model::OutcomeKind;
using model::Reason;

namespace {

unsigned own_threads(const Descriptor& d, const InstanceSpec& spec) {
  if (!d.has(HERALD_PLUGIN_BLOCKING)) return 0;
  if (!d.has(HERALD_PLUGIN_CONCURRENT)) return 1;
  const auto wanted = spec.max_in_flight != 0 ? spec.max_in_flight : d.max_in_flight;
  return std::clamp(wanted == 0 ? 4U : wanted, 1U, 16U);
}

herald_error fresh_error() {
  herald_error error{};
  error.struct_size = sizeof error;
  return error;
}

model::Outcome lost(const char* why) {
  return {OutcomeKind::unknown, Reason::attempt_lost, {}, {}, why};
}

}  // namespace

Instance::Instance(const Parts& parts, std::shared_ptr<Library> library,
                   const Descriptor& descriptor, InstanceSpec spec)
    : runtime_{parts.runtime},
      call_limit_{parts.options.call_limit},
      library_{std::move(library)},
      descriptor_{descriptor},
      side_{std::make_shared<Side>(
          parts.runtime, parts.ports, parts.routes, parts.options, spec, descriptor.flags,
          std::make_shared<Lane>(parts.runtime.io, own_threads(descriptor, spec)))} {}

Instance::~Instance() { side_->lane->finish(); }

base::Result<std::shared_ptr<Instance>> Instance::create(const Parts& parts,
                                                         std::shared_ptr<Library> library,
                                                         InstanceSpec spec,
                                                         std::string_view interface_id) {
  const auto* descriptor = library->offering(interface_id);
  if (descriptor == nullptr)
    return base::fail(Code::invalid,
                      library->path() + ": does not offer " + std::string{interface_id} +
                          "; name a plugin that does",
                      "plugin");
  auto instance =
      std::make_shared<Instance>(parts, std::move(library), *descriptor, std::move(spec));
  if (auto ok = instance->make(interface_id); !ok) {
    instance->retire({});
    return ok.error();
  }
  auto configured = instance->configure(instance->spec().settings_json);
  if (!configured) {
    instance->retire({});
    return configured.error();
  }
  return instance;
}

base::Result<void> Instance::make(std::string_view interface_id) {
  std::string text;
  auto status = wait_for(
      "create",
      [this](herald_error* error) {
        return library_->create(side_->abi(), descriptor_.id, &side_->plugin, error);
      },
      &text);
  if (!status) return status.error();
  const auto refuse = [&](std::string_view why) {
    return base::fail(Code::invalid,
                      side_->name() + ": plugin " + side_->spec.plugin + " " + std::string{why} +
                          "; report it to the plugin's author",
                      "plugin");
  };
  if (*status != HERALD_OK) {
    side_->plugin = nullptr;
    return refuse("could not be created: " + text);
  }
  const auto* p = side_->plugin;
  if (p == nullptr || !HERALD_HAS(p, get_interface) || p->configure == nullptr ||
      p->start == nullptr || p->drain == nullptr || p->stop == nullptr || p->destroy == nullptr ||
      p->event == nullptr || p->get_interface == nullptr) {
    side_->plugin = nullptr;
    return refuse("made an incomplete instance");
  }
  auto found =
      std::make_shared<const void*>(nullptr);  // shared with a call that may outlive our patience
  status = wait_for(
      "get_interface",
      [this, found, id = std::string{interface_id}](herald_error*) {
        *found = side_->plugin->get_interface(side_->plugin, str(id));
        return HERALD_OK;
      },
      &text);
  if (!status) return status.error();
  const void* table = *found;
  if (interface_id == HERALD_CHANNEL) {
    channel_ = static_cast<const herald_channel*>(table);
    if (channel_ == nullptr || !HERALD_HAS(channel_, reconcile) || channel_->deliver == nullptr)
      return refuse("has no usable " HERALD_CHANNEL);
  } else {
    template_ = static_cast<const herald_template*>(table);
    if (template_ == nullptr || !HERALD_HAS(template_, render) || template_->catalog == nullptr ||
        template_->render == nullptr)
      return refuse("has no usable " HERALD_TEMPLATE);
  }
  return {};
}

base::Result<herald_status> Instance::wait_for(const char* what, Call call, std::string* text) {
  struct Shared {
    std::promise<std::pair<herald_status, std::string>> answer;
  };
  auto shared = std::make_shared<Shared>();  // shared with a call that may outlive our patience
  auto future = shared->answer.get_future();
  side_->lane->post([self = shared_from_this(), shared, call = std::move(call)] {
    auto error = fresh_error();
    std::string thrown;
    const auto status = guarded(thrown, [&] { return call(&error); });
    shared->answer.set_value({status, thrown.empty() ? text_of(error) : note(thrown, 480)});
  });
  if (future.wait_for(call_limit_) != std::future_status::ready)
    return base::fail(Code::internal,
                      side_->name() + ": plugin " + side_->spec.plugin + " did not return from " +
                          what + "() in " + base::to_string(call_limit_) +
                          "; report it to the plugin's author",
                      "plugin");
  auto [status, said] = future.get();
  *text = said.empty() ? "status " + std::to_string(status) : std::move(said);
  return status;
}

base::Result<bool> Instance::configure(const std::string& settings_json) {
  std::string text;
  auto settings = std::make_shared<std::string>(
      settings_json);  // shared with a call that may outlive our patience
  const auto status = wait_for(
      "configure",
      [this, settings](herald_error* error) {
        return side_->plugin->configure(side_->plugin, str(*settings), error);
      },
      &text);
  if (!status) return status.error();
  if (*status == HERALD_OK) return true;
  if (*status == HERALD_E_RESTART && phase_.load() != Phase::created) return false;
  return base::fail(
      Code::invalid,
      side_->name() + ": plugin " + side_->spec.plugin + " refuses its settings: " + text,
      (template_ != nullptr ? "" : "channels.") + side_->name() + ".settings");
}

base::Result<void> Instance::start() {
  // Deliveries may come as soon as start() has returned; events already during it, behind it on the
  // lane.
  std::string text;
  const auto status = wait_for(
      "start",
      [this](herald_error* error) {
        start_tried_ = true;
        const auto result = side_->plugin->start(side_->plugin, error);
        auto created = Phase::created;
        if (result == HERALD_OK) phase_.compare_exchange_strong(created, Phase::running);
        return result;
      },
      &text);
  if (!status) return status.error();
  if (*status == HERALD_OK) return {};
  return base::fail(Code::unavailable,
                    side_->name() + ": plugin " + side_->spec.plugin + " did not start: " + text,
                    "plugin");
}

bool Instance::begin(Op op, base::Duration timeout,
                     std::function<herald_status(uint64_t, herald_error*)> call) {
  if (phase_.load() != Phase::running) return false;
  const auto id = side_->ops.open(std::move(op));
  if (id == 0) return false;
  const auto alarm = runtime_.alarms.after(timeout, [weak = weak_from_this(), id] {
    if (const auto self = weak.lock()) self->deadline(id);
  });
  side_->ops.set_alarm(id, alarm);
  auto work = [self = shared_from_this(), id, call = std::move(call)] { self->run(id, call); };
  if (descriptor_.has(HERALD_PLUGIN_CONCURRENT))
    side_->lane->post_parallel(std::move(work));
  else
    side_->lane->post(std::move(work));
  return true;
}

void Instance::run(uint64_t id, const std::function<herald_status(uint64_t, herald_error*)>& call) {
  struct Inside {
    explicit Inside(Instance& i) : instance{i} { ++instance.inside_; }
    ~Inside() {
      if (--instance.inside_ == 0 && instance.destroy_wanted_)
        instance.side_->lane->post(
            [self = instance.shared_from_this()] { self->destroy_when_idle(); });
    }
    Instance& instance;
  } const inside{*this};
  const auto phase = phase_.load();
  if (phase == Phase::stopping || phase == Phase::stopped)
    return;  // stop_now() answers what is open
  const auto op = side_->ops.peek(id);
  if (!op || !side_->ops.enter(id)) return;  // its deadline passed while it waited
  auto error = fresh_error();
  std::string thrown;
  t_entered_op = id;
  const auto status = guarded(thrown, [&] { return call(id, &error); });
  t_entered_op = 0;
  auto text = thrown.empty() ? text_of(error) : note(thrown, 480);
  if (!thrown.empty()) side_->misbehaved("exception", "a call threw: " + thrown);

  auto answered = side_->ops.stashed(id);
  if (status == HERALD_OK) {
    if (answered) side_->finish(id, std::move(*answered));
    return;
  }
  if (answered) {
    // It answered and then failed: the answer stands, the failure explains it.
    if (!text.empty() && text != answered->outcome.detail) {
      auto& detail = answered->outcome.detail;
      detail = note(detail.empty() ? text : detail + "; " + text, 500);
    }
    side_->finish(id, std::move(*answered));
    return;
  }
  if (text.empty()) text = "the plugin returned status " + std::to_string(status);
  side_->finish(id, {op->kind == Op::Kind::reconcile ? unclear(std::move(text))
                                                     : outcome_of(status, std::move(text)),
                     {}});
}

void Instance::deadline(uint64_t id) {
  const auto op = side_->ops.peek(id);
  if (!op) return;
  if (auto answered = side_->ops.stashed(id)) {
    side_->finish(id, std::move(*answered));
    return;
  }
  model::Outcome outcome{OutcomeKind::unknown,
                         Reason::no_completion_in_time,
                         {},
                         {},
                         "the plugin did not answer in time"};
  if (!op->entered)
    outcome.detail = "the plugin was busy until the deadline; it was never given this";
  // What never reached the plugin certainly did not leave. Of all else nobody knows, also where
  // sending it again does no harm.
  if (op->kind == Op::Kind::deliver && !op->entered) outcome.kind = OutcomeKind::retry;
  side_->finish(id, {std::move(outcome), {}}, true);
}

bool Instance::deliver(const std::shared_ptr<model::Delivery>& delivery,
                       std::function<void(model::Outcome)> done) {
  if (phase_.load() != Phase::running) return false;
  if (const auto limit = descriptor_.max_message_bytes; limit != 0 && delivery->rendered)
    for (const auto& [mime, text] : delivery->rendered->parts)
      if (text.size() > limit) {
        runtime_.post([done = std::move(done), limit] {
          done({OutcomeKind::rejected,
                Reason::too_large,
                {},
                {},
                "a part exceeds the channel's " + std::to_string(limit) + " bytes"});
        });
        return true;
      }
  Op op;
  op.attempt_id = delivery->attempt_id;
  op.notification = delivery->head.id;
  op.user = delivery->head.user;
  op.done = [done = std::move(done)](Ended ended) { done(std::move(ended.outcome)); };
  return begin(std::move(op), delivery->timeout,
               [this, delivery](uint64_t id, herald_error* error) {
                 const DeliveryView view{*delivery, id, descriptor_.formats};
                 return channel_->deliver(side_->plugin, &view.raw(), error);
               });
}

bool Instance::reconcile(const std::shared_ptr<model::Delivery>& delivery, std::string provider_id,
                         std::function<void(model::Outcome)> done) {
  if (!reconciles()) return false;
  Op op;
  op.kind = Op::Kind::reconcile;
  op.attempt_id = delivery->attempt_id;
  op.done = [done = std::move(done)](Ended ended) { done(std::move(ended.outcome)); };
  return begin(
      std::move(op), delivery->timeout,
      [this, delivery, provider = std::move(provider_id)](uint64_t id, herald_error* error) {
        const DeliveryView view{*delivery, id, descriptor_.formats};
        return channel_->reconcile(side_->plugin, &view.raw(), str(provider), error);
      });
}

bool Instance::render(model::ports::Channels::RenderRequest request, base::Duration timeout,
                      std::function<void(Ended)> done) {
  Op op;
  op.kind = Op::Kind::render;
  op.max_output = std::min<std::size_t>(request.max_bytes, 64 * 1024);
  op.done = std::move(done);
  return begin(
      std::move(op), timeout, [this, r = std::move(request)](uint64_t id, herald_error* error) {
        std::string formats;
        for (const auto& format : r.formats) formats += (formats.empty() ? "" : " ") + format;
        herald_render raw{};
        raw.struct_size = sizeof raw;
        raw.max_bytes = static_cast<uint32_t>(std::min<std::size_t>(r.max_bytes, 64 * 1024));
        raw.kind = str(r.kind);
        raw.params_json = str(r.params_json);
        raw.locale = str(r.locale);
        raw.time_zone = str(r.time_zone);
        raw.channel = str(r.channel);
        raw.formats = str(formats);
        return template_->render(side_->plugin, id, &raw, error);
      });
}

bool Instance::catalog(base::Duration timeout, std::function<void(Ended)> done) {
  Op op;
  op.kind = Op::Kind::catalog;
  op.max_output = 1 << 20;
  op.done = std::move(done);
  return begin(std::move(op), timeout, [this](uint64_t id, herald_error* error) {
    return template_->catalog(side_->plugin, id, error);
  });
}

bool Instance::cancel(std::string_view attempt_id) {
  const auto id = side_->ops.of_attempt(attempt_id);
  if (id == 0) return false;
  auto e = event(HERALD_EV_CANCEL, id);
  e.wanted = [weak = std::weak_ptr{side_}, id] {
    const auto side = weak.lock();
    return side && side->ops.peek(id).has_value();
  };
  side_->send(std::move(e));
  return true;
}

void Instance::drain(base::Duration grace) {
  auto running = Phase::running;
  if (!phase_.compare_exchange_strong(running, Phase::draining)) return;
  const auto until = base::unix_ms(runtime_.clock.now() + grace);
  side_->lane->post([self = shared_from_this(), until] {
    std::string thrown;
    guarded(thrown, [&] {
      self->side_->plugin->drain(self->side_->plugin, until);
      return HERALD_OK;
    });
    if (!thrown.empty()) self->side_->misbehaved("exception", "drain() threw: " + thrown);
  });
}

void Instance::retire(base::Duration grace) {
  drain(grace);
  auto stop = [self = shared_from_this()] {
    if (!self->stop_asked_.exchange(true)) self->side_->lane->post([self] { self->stop_now(); });
  };
  if (grace.count() <= 0 || open_ops() == 0) return stop();
  stop_alarm_ = runtime_.alarms.after(grace, stop);
  side_->ops.when_empty(stop);
}

void Instance::stop_now() {
  runtime_.alarms.cancel(stop_alarm_);
  const auto was = phase_.exchange(Phase::stopping);
  if (side_->plugin != nullptr && start_tried_ && was != Phase::stopped) {
    std::string thrown;
    guarded(thrown, [&] {
      side_->plugin->stop(side_->plugin);
      return HERALD_OK;
    });
    if (!thrown.empty()) side_->misbehaved("exception", "stop() threw: " + thrown);
  }
  side_->close(lost("the channel was stopped before the plugin answered"));
  destroy_when_idle();
}

void Instance::destroy_when_idle() {
  destroy_wanted_ = true;
  // A concurrent plugin's deliver() may still run on another thread; it comes back here when it
  // returns.
  if (inside_.load() != 0 || phase_.load() == Phase::stopped) return;
  if (side_->plugin != nullptr) {
    std::string thrown;
    guarded(thrown, [&] {
      side_->plugin->destroy(side_->plugin);
      return HERALD_OK;
    });
    side_->plugin = nullptr;
    if (!thrown.empty()) side_->misbehaved("exception", "destroy() threw: " + thrown);
  }
  phase_ = Phase::stopped;
  side_->lane->finish();
  runtime_.tell_idle();
}

}  // namespace herald::plugin
