#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "model/ports/channels.hpp"
#include "plugin/host/side.hpp"
#include "plugin/library.hpp"

namespace herald::plugin {

/// One running plugin instance: its life, and every call into it. All plugin functions run on its
/// lane, under a guard that stops exceptions. The synchronous functions wait at most
/// Options::call_limit and must not be called from a thread of the core; the others may be called
/// from any thread.
class Instance : public std::enable_shared_from_this<Instance> {
 public:
  struct Parts {
    Runtime& runtime;
    const HostPorts& ports;
    std::shared_ptr<Routes> routes;
    const Options& options;
  };
  /// Makes and configures it; nothing of it runs yet. `interface_id`: HERALD_CHANNEL or
  /// HERALD_TEMPLATE.
  static base::Result<std::shared_ptr<Instance>> create(const Parts& parts,
                                                        std::shared_ptr<Library> library,
                                                        InstanceSpec spec,
                                                        std::string_view interface_id);
  Instance(const Parts& parts, std::shared_ptr<Library> library, const Descriptor& descriptor,
           InstanceSpec spec);
  ~Instance();

  /// Again, on reload. True: done; false: it wants a new instance (E_RESTART).
  base::Result<bool> configure(const std::string& settings_json);
  base::Result<void> start();

  /// False: it takes no new work (draining, stopped, not started); `done` was not and will not be
  /// called.
  bool deliver(const std::shared_ptr<model::Delivery>& delivery,
               std::function<void(model::Outcome)> done);
  bool reconcile(const std::shared_ptr<model::Delivery>& delivery, std::string provider_id,
                 std::function<void(model::Outcome)> done);
  bool render(model::ports::Channels::RenderRequest request, base::Duration timeout,
              std::function<void(Ended)> done);
  bool catalog(base::Duration timeout, std::function<void(Ended)> done);
  /// Sends CANCEL when that attempt is being delivered here.
  bool cancel(std::string_view attempt_id);

  /// No new work; the plugin is told to finish within `grace`.
  void drain(base::Duration grace);
  /// Drains, then stops and destroys it; stopped() becomes true. Operations still open at the end
  /// are unknown.
  void retire(base::Duration grace);
  bool stopped() const { return phase_.load() == Phase::stopped; }
  bool running() const { return phase_.load() == Phase::running; }
  /// Waits for threads of its own, after stopped().
  bool wait_threads(base::Duration grace) { return side_->lane->wait(grace); }

  std::size_t open_ops() const { return side_->ops.size(); }
  const Descriptor& descriptor() const { return descriptor_; }
  const Library& library() const { return *library_; }
  bool reconciles() const { return channel_ != nullptr && channel_->reconcile != nullptr; }
  const InstanceSpec& spec() const { return side_->spec; }
  const std::shared_ptr<Side>& side() const { return side_; }

 private:
  enum class Phase { created, running, draining, stopping, stopped };
  using Call = std::function<herald_status(herald_error*)>;

  base::Result<void> make(std::string_view interface_id);
  /// Runs one plugin function on the lane and waits for it.
  base::Result<herald_status> wait_for(const char* what, Call call, std::string* text);
  /// Opens an operation with its deadline and runs `call` for it on the lane.
  bool begin(Op op, base::Duration timeout,
             std::function<herald_status(uint64_t, herald_error*)> call);
  void run(uint64_t op, const std::function<herald_status(uint64_t, herald_error*)>& call);
  void deadline(uint64_t op);
  void stop_now();
  void destroy_when_idle();

  Runtime& runtime_;
  const base::Duration call_limit_;
  const std::shared_ptr<Library> library_;  // shared by all instances of that generation
  const Descriptor descriptor_;
  const std::shared_ptr<Side> side_;  // shared with callbacks of ports that are still under way
  const herald_channel* channel_ = nullptr;
  const herald_template* template_ = nullptr;
  std::atomic<Phase> phase_{Phase::created};
  std::atomic<unsigned> inside_{0};  ///< calls of a concurrent plugin that are running
  std::atomic<bool> stop_asked_{false}, destroy_wanted_{false};
  bool start_tried_ = false;  ///< on the lane; stop() answers start(), also a failed one
  std::atomic<uint64_t> stop_alarm_{0};
};

}  // namespace herald::plugin
