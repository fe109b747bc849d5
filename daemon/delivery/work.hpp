#pragma once

#include <deque>
#include <memory>
#include <optional>

#include "delivery/dispatcher.hpp"

namespace herald::delivery {

/// Something to record about a notification. Without an event it only makes sure that the
/// notification is loaded.
struct Dispatcher::Pending {
  std::optional<model::Event> event;
  std::optional<model::NewItem> append;
  std::optional<store::Apply::Rendering> rendering;
  store::Done<store::Applied>
      done;  ///< may be empty: then a failure to record is tried again, not reported
  model::ChainPtr new_chain;  ///< of a redrive: recorded alone, for it decides the event
  bool insist = false;        ///< tried again although `done` is there, which hears the last word
  std::vector<model::Action> asks{};  ///< what the person is asked by the attempt in `event`
};

/// A notification with a head start, and who waits until it is stored.
struct Dispatcher::NotStored {
  model::NewNotification notification;
  store::Done<store::Accepted> done;
};

/// A notification in memory: the only one who writes it while it is here.
struct Dispatcher::Work {
  model::Notification notification;
  bool loaded = false;   ///< false: only head.id is known; the first write brings the rest
  bool writing = false;  ///< a write is under way; what comes meanwhile waits in `queue`
  std::deque<Pending> queue;
  /// Has a head start: it goes to the store right before the first of what is recorded of it.
  std::shared_ptr<NotStored> not_stored;
  /// The latest write answered `unavailable`, so it may have been written (recording.cpp). Until
  /// that is known, nothing else is; what of it still has to be recorded waits in `doubtful`.
  bool in_doubt = false;
  model::Duration offset{};  ///< wall minus monotonic clock, at its first try
  std::deque<Pending> doubtful;

  /// Since when it is known to be stored; empty once its first outcome is too.
  std::optional<base::MonoPoint> accepted_at;

  /// deliver() was called and its answer is owed.
  std::optional<model::AttemptRef> in_flight;
  /// The idempotent short cut: the Due that started the attempt in flight is recorded together with
  /// its outcome, so that a notification costs one commit less. A crash in between repeats the same
  /// attempt under the same id.
  bool unrecorded_due = false;
  std::optional<model::AttemptRef> short_cut;  ///< the attempt that Due starts
  /// The inbox item of this attempt is recorded, with the outcome: complete() brings nothing new.
  std::optional<model::AttemptRef> appended;
  bool answering = false;     ///< an answer is being recorded
  bool appending = false;     ///< the item is on its way to the store
  bool store_failed = false;  ///< to take the item of the attempt in flight
  bool starting = false;      ///< holds a slot; address, rendering or Due are on their way

  std::string at_gate;    ///< the channel whose gates it has asked on its way to an attempt
  std::string time_zone;  ///< of the person, once identities_known; empty: the configured one

  std::optional<model::Identity> address;  ///< for the current step
  std::vector<model::Identity> identities;
  std::vector<store::IdentityState>
      identity_states;  ///< what is known against using one of them (R16)
  bool identities_known = false;
  std::shared_ptr<const model::Rendered> rendered;  // shared with deliveries under way
  unsigned rendered_run = 0, rendered_step = 0;

  const std::string& id() const { return notification.head.id; }
  const model::Progress& progress() const { return notification.progress; }
  const model::Chain& chain() const { return *notification.head.chain; }
  bool rendered_for_step() const {
    return rendered && rendered_run == progress().run && rendered_step == progress().step;
  }
};

}  // namespace herald::delivery
