// delivery: the life of a notification after acceptance: decide() and the dispatcher that performs
// what it decides. Everything of the Dispatcher runs on its Executor; its public functions may be
// called from any thread. Never decides by itself: what happens next is decide()'s, what was
// recorded is the store's.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <unordered_map>

#include "base/executor.hpp"
#include "delivery/gates.hpp"
#include "delivery/observer.hpp"
#include "delivery/slots.hpp"
#include "model/ports/channels.hpp"
#include "model/ports/delivery.hpp"
#include "store/nodes.hpp"
#include "store/store.hpp"

namespace herald::delivery {

struct DispatcherOptions {
  std::size_t held = 8'192;       ///< notifications in memory; the rest waits in the store
  std::size_t in_flight = 1'024;  ///< attempts under way
  std::string locale = "fr", time_zone = "Africa/Douala";
  GateRules gates;
  /// How often the store is asked for due work even when nothing is known to be due: work of other
  /// nodes, missed timers.
  model::Duration backstop{std::chrono::seconds{5}};
  /// How often somebody looks whether the wall clock was set, when nothing else happens.
  model::Duration clock_check{std::chrono::milliseconds{500}};
  /// Names the run of the machine that the monotonic clock counts from; empty: not known, then a
  /// clock that was set while the daemon was down is not noticed.
  std::string boot;
  std::string node;  ///< this one's name among several; empty: alone
};

class Suspects;

/// Works down the chains. See daemon/README.md, "The life of a notification".
class Dispatcher final : public model::ports::DeliveryEvents, public model::ports::AnswerRecorder {
 public:
  struct Needs {
    base::Executor& executor;
    store::Store& store;
    model::ports::Channels& channels;
    const base::Clock& clock;
    Observer& observer;
    /// Where this is one of several nodes; outlives this.
    store::NodeStore* nodes = nullptr;
  };
  Dispatcher(Needs needs, DispatcherOptions options);
  ~Dispatcher() override;

  /// Declares lost what a previous run left in flight (R13), then starts working. `done` when
  /// recovery is recorded.
  void start(std::function<void(base::Result<void>)> done);
  /// What is known of a submission beside itself.
  struct Known {
    model::UserId user = 0;        ///< as whom the directory knows the recipient; 0: not
    model::Duration clock_offset;  ///< wall minus monotonic clock when it was made
  };
  /// Stores a notification as DeliveryStore::accept() does, and works on it; with a head start
  /// where the recipient is known (head_start.cpp). `done` is called on a thread of the store,
  /// after the commit.
  void accept(model::NewNotification notification, Known known, store::Done<store::Accepted> done);
  /// Just accepted and committed by somebody else: saves the way through the store. `clock_offset`:
  /// see Known.
  void accepted(model::Notification notification, model::Duration clock_offset);
  /// Starts nothing new; `done` when nothing is in flight or being recorded, or at the deadline
  /// (then in-flight attempts get CANCEL first, and stay in flight in the store).
  void drain(model::Duration deadline, std::function<void(std::size_t left)> done);
  void reconfigure(DispatcherOptions options);

  /// The state after the request; conflict when it was refused (R12).
  void cancel(std::string id, std::string by, store::Done<model::Notification> done);
  /// A new run of an undelivered notification along this chain (R20); conflict when it is not one.
  /// `resend` lifts R7: a channel that may have it gets it again.
  void redrive(std::string id, std::string by, model::ChainPtr chain, bool resend,
               store::Done<model::Notification> done);

  void receipts(std::string channel, std::vector<model::ports::ChannelReceipt> receipts,
                Done<bool> done) override;
  void append(std::string channel, std::string attempt_id, model::NewItem item,
              Done<model::Item> done) override;
  void inbox_evidence(std::vector<std::string> notifications, model::Evidence level,
                      Done<bool> done = {}) override;
  void answer(Choice choice, std::function<void(base::Result<model::Answer>)> done) override;

  /// Sends nothing on that channel until resume(), also over a restart. What is in flight goes on.
  void pause(store::Pause pause, store::Done<store::Nothing> done);
  /// not_found when it is not paused. What waits for it goes on at once.
  void resume(std::string channel, store::Done<store::Nothing> done);

  /// What the gates would say to somebody new, without taking anything; for `explain`. Answers on
  /// the delivery thread.
  void ask_gates(Gates::Want want, std::function<void(Gates::Answer)> done);

  // What the store of a node hears; sharing.cpp.
  void shares_changed();
  void heard(store::Word word);
  /// What a lost word may have been about is looked for.
  void look_at_others();

  /// How a channel is: for status. Answers on the delivery thread.
  struct ChannelNow {
    std::size_t in_flight = 0;
    Gates::View gates;
  };
  void channels_now(std::function<void(std::unordered_map<std::string, ChannelNow>)> done);

 private:
  struct Pending;    // work.hpp
  struct NotStored;  // work.hpp
  struct Work;
  class Poller;
  class ClockMoves;
  class Sharing;

  Work* find(const std::string& id);
  Work& hold(model::Notification notification);
  void push(const std::string& id, Pending pending);
  void push_event(const std::string& id, model::Event event);
  /// Calls `then` with the notification loaded; not_found, or what keeps the store from telling.
  void load(const std::string& id, std::function<void(base::Result<Work*>)> then);
  void advance(Work& work);
  void order(std::string id, model::Event event, model::ChainPtr new_chain,
             store::Done<model::Notification> done);
  void write(Work& work);
  void written(const std::string& id, std::vector<model::Event> events,
               std::vector<Pending> pending, base::Result<store::Applied> applied);
  void tell_attempted(Work& work);
  void not_written(Work& work, bool had_events, std::vector<Pending> pending,
                   const base::Error& error);
  void try_again(Work& work, std::deque<Pending> again, const base::Error& error);
  void overtaken(Work& work, std::vector<Pending> pending, const store::Applied& applied);
  void call_back(const Work& work, const model::Progress& before);
  void after_the_clock(Work& work, std::vector<Pending> pending);
  void perform(Work& work, const store::Applied& applied);

  void try_start(Work& work);
  // passing.cpp
  Moment moment() const { return {need_.clock.now(), need_.clock.mono()}; }
  Gates::Want want_of(const Work& work, const model::ChannelInfo& channel) const;
  bool pass(Work& work, Gates::Answer answer);
  void leave_gate(Work& work);
  void call_line(const std::string& channel);
  void tell_outcome(const Work& work, model::AttemptRef attempt, const model::Outcome& outcome);
  void trip(const std::string& channel);
  void tell_breaker(const std::string& channel);
  void load_pauses(std::function<void(base::Result<void>)> done);
  void follow_pauses();
  void lift(std::string channel, std::string after);
  void lift_late(const Work& work);
  bool has_room(model::Priority priority) const;
  void know_recipient(Work& work, std::function<void(Work&)> then);
  // head_start.cpp
  bool may_start_ahead(const model::NewNotification& notification) const;
  void store_first(std::shared_ptr<NotStored> ahead, model::Duration clock_offset);
  void store_now(Work& work);
  void never_stored(const std::string& id);
  void watch_ahead();
  // attempts.cpp
  void hand_over(Work& work, const model::ChannelInfo& channel);
  void find_address(Work& work, const model::ChannelInfo& channel);
  void render(Work& work, const model::ChannelInfo& channel);
  void rendered(const std::string& id, unsigned step, base::Result<model::Rendered> result);
  void start_attempt(Work& work);
  model::Delivery delivery_of(const Work& work, model::AttemptRef attempt) const;
  void deliver(Work& work, model::AttemptRef attempt);
  void reconcile(Work& work, model::AttemptRef attempt);
  void ask_channel(Work& work, model::AttemptRef attempt, store::User user,
                   const store::Apply::Rendering& rendering);
  void completed(const std::string& id, model::AttemptRef attempt, model::Outcome outcome);
  void leave_step(Work& work, model::Reason reason, bool transient, std::string detail);

  void release_slot(const std::string& id);
  void wake(const std::vector<std::string>& ids);
  void let_go(Work& work);
  void evicted(const std::vector<std::string>& ids);
  // answers.cpp
  void choose(Work& work, const Choice& choice,
              std::function<void(base::Result<model::Answer>)> done);
  void receive(const std::string& channel, const model::ports::ChannelReceipt& receipt,
               std::function<void(base::Result<bool>)> done);
  void receive_unrecorded(const Work& work, const std::string& channel,
                          const model::ports::ChannelReceipt& receipt, model::AttemptRef attempt,
                          std::function<void(base::Result<bool>)> done);
  void park(const store::AttemptLookup& lookup, const model::event::Receipt& receipt,
            std::function<void(base::Result<bool>)> done);
  void record_receipt(const std::string& id, model::event::Receipt receipt,
                      std::function<void(base::Result<bool>)> done);
  void record_seen(Work& work, model::Evidence level, const Done<bool>& done);
  void begin_work();
  void recover(std::string after, std::function<void(base::Result<void>)> done);
  void check_drained();

  Needs need_;
  DispatcherOptions options_;
  Slots slots_;
  Gates gates_;
  Breaker template_breaker_;
  std::unordered_map<std::string, uint64_t> calling_;  // timers of the channels' lines
  std::unordered_map<std::string, Breaker::State> told_;
  std::unordered_map<std::string, std::unique_ptr<Work>> works_;
  uint64_t pause_orders_ = 0;  // so far: a list read before the latest says nothing
  std::unique_ptr<Sharing> sharing_;
  std::unique_ptr<Poller> poller_;
  std::unique_ptr<ClockMoves> clock_moves_;
  std::unique_ptr<Suspects> suspects_;
  std::deque<std::pair<base::MonoPoint, std::string>> ahead_;  // until when each is waited for
  uint64_t ahead_timer_ = 0;
  bool working_ = false;  // between start() and drain()
  std::size_t writing_ = 0;
  std::function<void(std::size_t)> drained_;
  uint64_t drain_timer_ = 0;
};

}  // namespace herald::delivery
