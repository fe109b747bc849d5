#pragma once

#include <map>
#include <set>

#include "provider.hpp"
#include "truth.hpp"

namespace herald::simulator {

/// The plugins of one life of the daemon, as the port promises them: every call is answered exactly
/// once, at its deadline if need be; what comes after that becomes a receipt (plugin/op_table.hpp).
class SimChannels final : public model::ports::Channels {
 public:
  using Providers = std::map<std::string, Provider>;
  SimChannels(Stage& stage, Truth& truth, Providers& providers, Loop::Lane& lane);

  /// The dispatcher comes after its channels.
  void connect(model::ports::DeliveryEvents& delivery) { delivery_ = &delivery; }

  std::vector<model::ChannelInfo> channels() const override;
  std::optional<model::ChannelInfo> channel(std::string_view name) const override;
  void deliver(std::string_view channel, model::Delivery delivery,
               std::function<void(model::Outcome)> done) override;
  void cancel(std::string_view attempt_id) override;
  void reconcile(std::string_view channel, model::Delivery delivery, std::string provider_id,
                 std::function<void(model::Outcome)> done) override;
  void render(RenderRequest request,
              std::function<void(base::Result<model::Rendered>)> done) override;
  std::shared_ptr<const model::Catalog> catalog() const override { return catalog_; }

 private:
  struct Op {
    std::string channel;
    bool idempotent = false;
    uint64_t alarm = 0;
    std::function<void(model::Outcome)> done;
  };
  /// Shows it to the person; `answers`: that completes the delivery.
  void append(const std::string& channel, const model::Delivery& delivery, bool answers);
  void answer(const std::string& channel, const std::string& attempt, model::Outcome outcome);
  void deadline(const std::string& attempt);
  model::Outcome any_refusal();
  /// Answers what the dispatcher asked for, once.
  void tell(const std::string& channel, const std::string& attempt,
            const std::function<void(model::Outcome)>& done, model::Outcome outcome);

  Stage& stage_;
  Truth& truth_;
  Providers& providers_;
  Loop::Lane& lane_;
  model::ports::DeliveryEvents* delivery_ = nullptr;
  std::shared_ptr<model::Catalog> catalog_ = std::make_shared<model::Catalog>();
  std::map<std::string, Op, std::less<>> open_;  // by attempt
  std::set<std::string> appending_;              // attempts whose item is on its way to the store
};

}  // namespace herald::simulator
