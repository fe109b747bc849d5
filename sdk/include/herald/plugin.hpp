// plugin.hpp - what an author derives from: herald::Channel or herald::Template.
// All functions run on the instance's strand, one at a time, unless the plugin declares CONCURRENT.
#pragma once

#include <herald/host.hpp>
#include <herald/message.hpp>

#pragma GCC visibility push(hidden)
namespace herald::inline v1 {

/// What every plugin instance has. Throw herald::Error where something fails.
class Plugin {
 public:
  explicit Plugin(Host host) : host_{std::move(host)} {}
  Plugin(const Plugin&) = delete;
  Plugin& operator=(const Plugin&) = delete;
  virtual ~Plugin() = default;

  /// The instance's YAML as a JSON object, checked against config_schema. Before start() and on
  /// each reload. HERALD_E_RESTART: fine, but only for a new instance. Touches no network.
  virtual void configure(std::string_view /*json*/) {}
  /// Mount routes, watch secrets, start timers here.
  virtual void start() {}
  /// No new work follows; finish what is open before then.
  virtual void drain(int64_t /*deadline_unix_ms*/) {}
  /// Join your threads. Callbacks that wait are dropped after it, open operations end as unknown.
  virtual void stop() {}
  /// A request of a route that was mounted without a handler.
  virtual void on_request(const Incoming& /*request*/, const Exchange& exchange) {
    exchange.respond({404, {{"Content-Type", "application/problem+json"}}, R"({"status":404})"});
  }
  /// That operation is no longer wanted: finish it soon. Its Completion is still owed.
  virtual void on_cancel(herald_op /*op*/) {}
  /// Events of raw C calls, and types this layer does not know.
  virtual void event(const herald_event& /*ev*/) {}

 protected:
  const Host& host() const noexcept { return host_; }

 private:
  template <class>
  friend struct Shim;
  Host host_;
};

/// Sends messages.
class Channel : public Plugin {
 public:
  using Plugin::Plugin;
  /// Answer through `done`, now or later. Must not block unless the plugin declares BLOCKING.
  virtual void deliver(const Delivery& delivery, Completion done) = 0;
  /// Override if the provider can be asked what became of an attempt; sends nothing. DELIVERED or
  /// ACCEPTED: it is there; RETRY: certainly not sent; REJECTED; UNKNOWN: cannot tell. Declare it
  /// public.
  virtual void reconcile(const Delivery& /*delivery*/, std::string_view /*provider_id*/,
                         Completion done) {
    done(Outcome::unknown("this channel cannot ask", HERALD_REASON_NONE));
  }
};

/// Turns a kind and its parameters into texts.
class Template : public Plugin {
 public:
  using Plugin::Plugin;
  /// The kinds and their parameters as JSON, see herald/abi/template.h.
  virtual std::string catalog() = 0;
  /// Pure: same request, same result. Throw Error{HERALD_E_INVALID, ...} for what can never be
  /// rendered; other exceptions are tried again.
  virtual Rendered render(const RenderRequest& request) = 0;
};

}  // namespace herald::inline v1
#pragma GCC visibility pop
