#pragma once

#include "model/ports/delivery.hpp"
#include "stage.hpp"
#include "truth.hpp"

namespace herald::simulator {

/// A request as it leaves the daemon. `answer` reaches nobody once that life of the daemon is over.
struct Ask {
  std::string notification, attempt;
  Duration timeout{};
  std::function<void(model::Outcome)> answer;
};

/// The world behind one channel: takes messages, refuses them, loses answers, reports late, twice,
/// in the wrong order. It outlives every daemon.
class Provider {
 public:
  Provider(Stage& stage, Truth& truth, const SimChannel& channel)
      : stage_{stage}, truth_{truth}, channel_{channel} {}

  void take(Ask ask);
  /// The request is taken back; false when it has arrived already.
  bool withdraw(const std::string& attempt) { return under_way_.erase(attempt) > 0; }
  /// What it knows of an attempt; sometimes it does not say.
  model::Outcome asked_about(const std::string& attempt, const std::string& notification);

 private:
  void arrived(const Ask& ask);
  void refused(const Ask& ask, model::Outcome outcome);
  std::size_t copy_for(const Ask& ask);
  void accepted(const Ask& ask, std::size_t copy);
  void progress(std::size_t copy);
  void fails(std::size_t copy);
  void report(std::size_t copy, model::ReceiptKind kind, model::Outcome outcome = {});
  void send(std::size_t copy, model::ports::ChannelReceipt receipt, unsigned tries);
  bool can_report(model::Evidence e) const {
    return (channel_.info.evidence & evidence_bit(e)) != 0;
  }

  Stage& stage_;
  Truth& truth_;
  const SimChannel& channel_;
  std::set<std::string> under_way_;
};

}  // namespace herald::simulator
