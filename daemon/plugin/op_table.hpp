#pragma once

#include <herald/herald.h>

#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "model/ports/channels.hpp"

namespace herald::plugin {

/// What an operation ended with, in our own types.
struct Ended {
  model::Outcome outcome;
  std::map<std::string, std::string, std::less<>> output;  ///< of catalog and render
};

/// One operation that a plugin owes an answer for.
struct Op {
  enum class Kind { deliver, reconcile, catalog, render };
  Kind kind = Kind::deliver;
  std::string attempt_id;  ///< deliver and reconcile
  std::string notification;
  model::UserId user = 0;
  std::function<void(Ended)> done;
  std::size_t max_output = 0;  ///< bytes of one output
  uint64_t alarm = 0;          ///< its deadline
  bool entered = false;        ///< the plugin has been given it
  bool appending = false;      ///< an inbox append that will answer it is under way
  std::optional<Ended>
      answered;  ///< completed while its own call still runs: the call's error text may follow
};

/// The open operations of one instance and the latest ones that ended. Any thread.
class OpTable {
 public:
  static constexpr std::size_t kMaxOpen = 10'000;
  static constexpr std::size_t kRemembered = 4'096;

  /// The new operation's id; 0 when closed (the instance stops) or full.
  uint64_t open(Op op);
  void set_alarm(uint64_t id, uint64_t alarm);
  /// Marks it as given to the plugin; false when it has ended before.
  bool enter(uint64_t id);

  enum class Claim { ok, unknown, answered, busy, late };
  struct Past {
    Claim claim = Claim::unknown;
    Op::Kind kind = Op::Kind::deliver;
    std::string attempt_id;
  };
  /// Looks at an operation that somebody wants to answer. `late`: ended by its deadline, first
  /// answer since.
  Past claim(uint64_t id);
  /// What reading an outcome needs to know of an open operation.
  std::optional<Op> peek(uint64_t id) const;
  /// Stores the answer while the call runs; false when it is answered already or gone.
  bool stash(uint64_t id, Ended ended);
  /// What stash() kept.
  std::optional<Ended> stashed(uint64_t id) const;
  /// Starts (or ends) an append for a delivery; nothing when it cannot be answered now.
  std::optional<Op> begin_append(uint64_t id);
  void end_append(uint64_t id);

  /// Takes it out: the caller answers it. `by_deadline`: later completions are receipts, not
  /// misbehaviour.
  std::optional<Op> take(uint64_t id, bool by_deadline);
  /// The open delivery of that attempt; 0 when there is none.
  uint64_t of_attempt(std::string_view attempt_id) const;
  /// No new ones from here on.
  void close();
  /// Runs `what` once, as soon as none is open.
  void when_empty(std::function<void()> what);
  std::vector<uint64_t> ids() const;
  std::size_t size() const;

 private:
  struct Finished {
    Op::Kind kind;
    std::string attempt_id;
    bool by_deadline;
  };
  mutable std::mutex mutex_;
  bool closed_ = false;
  std::function<void()> when_empty_;
  std::unordered_map<uint64_t, Op> open_;
  std::unordered_map<uint64_t, Finished> finished_;
  std::deque<uint64_t> finished_order_;
};

}  // namespace herald::plugin
