#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "model/event.hpp"
#include "model/inbox.hpp"

namespace herald::model::ports {

/// A receipt as a channel reports it: joined by provider id, attempt id, or both (which binds
/// them).
struct ChannelReceipt {
  ReceiptKind kind = ReceiptKind::sent;
  TimePoint at{};
  std::string provider_id, attempt_id;
  Outcome outcome;  ///< failed: why, and what it acts as
};

/// What the plugin room reports to the delivery room. Any thread in.
class DeliveryEvents {
 public:
  virtual ~DeliveryEvents() = default;
  template <class T>
  using Done = std::function<void(base::Result<T>)>;

  /// Receipts of one channel; `done` after COMMIT. Unknown ids are parked.
  virtual void receipts(std::string channel, std::vector<ChannelReceipt>, Done<bool> done) = 0;
  /// Appends an inbox item and records the attempt's outcome `accepted` in one transaction.
  /// `attempt_id` names the attempt that is being delivered on that channel.
  virtual void append(std::string channel, std::string attempt_id, NewItem, Done<Item> done) = 0;
  /// The person gave evidence for these notifications on the channel that owns the inbox item.
  /// `done` (may be empty) after COMMIT: what a person is told is read must not be lost after it.
  virtual void inbox_evidence(std::vector<std::string> notifications, Evidence level,
                              Done<bool> done = {}) = 0;
};

/// Where answers are recorded. Any thread in.
class AnswerRecorder {
 public:
  virtual ~AnswerRecorder() = default;
  /// What the person chose of a notification's question.
  struct Choice {
    std::string notification;  ///< id
    std::string action, channel, said;
  };
  /// Gives the answer that stands: this one, or the one that was there before; conflict when the
  /// question can no longer be answered. `done` after COMMIT.
  virtual void answer(Choice, std::function<void(base::Result<Answer>)> done) = 0;
};

}  // namespace herald::model::ports
