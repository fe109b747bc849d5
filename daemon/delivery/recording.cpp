// The dispatcher's way into the store: what is recorded, in which order, and what follows from it.
#include <algorithm>
#include <tuple>

#include "base/faults.hpp"
#include "delivery/clock_moves.hpp"
#include "delivery/doubt.hpp"
#include "delivery/poller.hpp"
#include "delivery/sharing.hpp"
#include "delivery/work.hpp"

namespace herald::delivery {
namespace {

/// Pause before an outcome that could not be recorded is tried again.
constexpr model::Duration kRecordAgain{std::chrono::seconds{1}};

bool has_due(const std::vector<model::Event>& events) {
  return std::any_of(events.begin(), events.end(),
                     [](const auto& e) { return std::holds_alternative<model::event::Due>(e); });
}

bool is_clock_moved(const auto& pending) {
  return pending.event && std::holds_alternative<model::event::ClockMoved>(*pending.event);
}

/// Where it stands: what a start in preparation was made for.
auto place(const model::Progress& p) { return std::tuple{p.state, p.run, p.round, p.step}; }

}  // namespace

Dispatcher::Work* Dispatcher::find(const std::string& id) {
  const auto it = works_.find(id);
  return it == works_.end() ? nullptr : it->second.get();
}

Dispatcher::Work& Dispatcher::hold(model::Notification notification) {
  auto work = std::make_unique<Work>();
  work->notification = std::move(notification);
  work->loaded = true;
  auto& held = *work;
  works_.insert_or_assign(held.id(), std::move(work));
  clock_moves_->settle(held);
  poller_->room(works_.size());
  return held;
}

void Dispatcher::push_event(const std::string& id, model::Event event) {
  push(id, Pending{std::move(event), {}, {}, {}});
}

void Dispatcher::push(const std::string& id, Pending pending) {
  auto* work = find(id);
  if (work == nullptr) {
    auto fresh = std::make_unique<Work>();
    fresh->notification.head.id = id;
    work = works_.emplace(id, std::move(fresh)).first->second.get();
  }
  work->queue.push_back(std::move(pending));
  advance(*work);
}

void Dispatcher::load(const std::string& id, std::function<void(base::Result<Work*>)> then) {
  if (auto* work = find(id);
      work != nullptr && work->loaded && !work->writing && work->queue.empty())
    return then(work);
  push(id, Pending{{},
                   {},
                   {},
                   [this, id, then = std::move(then)](const base::Result<store::Applied>& applied) {
                     if (applied)
                       then(find(id));
                     else
                       then(applied.error());
                   }});
}

void Dispatcher::write(Work& work) {
  if (clock_moves_->hold_back(work)) return;
  if (work.not_stored) store_now(work);
  std::vector<Pending> pending;
  store::Apply apply;
  apply.id = work.id();
  // What happened must not be judged by timers that the clock has left behind.
  const bool load_first = clock_moves_->unsettled(work);
  if (work.loaded) apply.after_seq = work.notification.seq;
  // The store tells whether a write arrived, not which of several: what is in doubt goes alone.
  auto& queue = work.in_doubt ? work.doubtful : work.queue;
  while (work.unrecorded_due && !queue.empty() && is_clock_moved(queue.front())) {
    apply.events.push_back(*queue.front().event);
    pending.push_back(std::move(queue.front()));
    queue.pop_front();
  }
  if (work.unrecorded_due) apply.events.emplace_back(model::event::Due{});
  while (!queue.empty() && !load_first) {
    auto& next = queue.front();
    if (next.append && apply.append) break;  // one item a transaction
    if (next.new_chain && !apply.events.empty()) break;
    apply.new_chain = next.new_chain;
    if (next.append) apply.append = next.append;
    if (next.rendering) apply.rendering = std::move(next.rendering);
    if (!next.asks.empty()) apply.asks = next.asks;
    if (next.event) apply.events.push_back(*next.event);
    pending.push_back(std::move(next));
    queue.pop_front();
    if (apply.new_chain) break;
  }
  // Was the clock set meanwhile, then either it arrived before, or the clock comes first.
  if (!work.in_doubt) work.offset = clock_moves_->offset();
  apply.clock_offset = work.offset;
  HERALD_POINT("delivery.before_write");
  work.writing = true;
  ++writing_;
  auto events = apply.events;
  need_.store.apply(std::move(apply), [this, id = work.id(), events = std::move(events),
                                       pending = std::move(pending)](
                                          base::Result<store::Applied> applied) mutable {
    need_.executor.post([this, id, events = std::move(events), pending = std::move(pending),
                         applied = std::move(applied)]() mutable {
      written(id, std::move(events), std::move(pending), std::move(applied));
    });
  });
}

void Dispatcher::written(const std::string& id, std::vector<model::Event> events,
                         std::vector<Pending> pending, base::Result<store::Applied> applied) {
  HERALD_POINT("delivery.written");
  --writing_;
  auto& work = *find(id);  // a work that is being written is never let go
  work.writing = false;
  if (!applied) return not_written(work, !events.empty(), std::move(pending), applied.error());
  // In doubt it is our own that was recorded, unless another node's was instead.
  if (applied->stale && (!work.in_doubt || applied->by_others))
    return overtaken(work, std::move(pending), *applied);
  const bool landed = applied->stale;
  if (landed) {
    *applied = what_landed(work.notification, std::move(*applied));
    need_.observer.inbox_changed(applied->notification.head.user, 0);
  }
  work.in_doubt = false;
  const auto was = place(work.progress());
  work.notification = applied->notification;
  work.loaded = true;
  work.unrecorded_due = false;
  clock_moves_->settle(work);
  events.insert(events.end(), applied->parked.begin(), applied->parked.end());
  if (!events.empty() || landed) need_.observer.recorded(*applied, events);
  if ((!events.empty() || landed) && !sharing_->mine(work)) sharing_->tell_changed(id);
  tell_attempted(work);
  if (applied->item) need_.observer.inbox_changed(applied->item->user, applied->item->seq);
  for (const auto user : {applied->withdrawn, applied->answered})
    if (user != 0) need_.observer.inbox_changed(user, 0);
  // The work must outlive the callbacks, which may push more.
  work.writing = true;
  for (auto& p : pending)
    if (p.done) p.done(applied);
  work.writing = false;
  perform(work, *applied);
  lift_late(work);
  work.short_cut.reset();
  HERALD_POINT("delivery.effects_performed");
  if (work.starting && !work.in_flight && (has_due(events) || place(work.progress()) != was)) {
    // The Due found something else to do than to start (expired, step left), or news moved it away
    // from the step whose address and text are on their way: the slot is for others.
    work.starting = false;
    release_slot(id);
  }
  evicted(applied->evicted);
  if (auto* still = find(id)) advance(*still);
  check_drained();
}

void Dispatcher::tell_attempted(Work& work) {
  if (!work.accepted_at || work.progress().attempts.empty()) return;
  const auto& first = work.progress().attempts.front();
  if (first.in_flight) return;
  need_.observer.attempted(need_.clock.mono() - *work.accepted_at, first.channel);
  work.accepted_at.reset();
}

void Dispatcher::not_written(Work& work, bool had_events, std::vector<Pending> pending,
                             const base::Error& error) {
  const auto id = work.id();
  work.in_doubt = false;
  if (error.code == base::Code::conflict) return after_the_clock(work, std::move(pending));
  const bool unavailable = error.code == base::Code::unavailable;
  std::deque<Pending> again;
  // The work must outlive the callbacks, which may push more.
  work.writing = true;
  for (auto& p : pending) {
    const bool repeat = unavailable && (!p.done || p.insist);
    if (repeat)
      again.push_back(std::move(p));
    else if (p.done)
      p.done(error);
  }
  work.writing = false;
  // Whoever goes on with this notification must know where it stands.
  const bool needed = work.in_flight || work.starting || !work.queue.empty();
  if (unavailable &&
      (!again.empty() || work.unrecorded_due || (had_events && work.loaded && needed)))
    return try_again(work, std::move(again), error);
  if (error.code != base::Code::not_found)
    need_.observer.trouble("delivery.refused",
                           "a result was refused by the store: " + error.message, id);
  work.starting = false;
  release_slot(id);
  if (auto* still = find(id)) {
    if (still->queue.empty() && !still->in_flight)
      let_go(*still);
    else if (still->loaded)
      advance(*still);
    else
      write(*still);
  }
  check_drained();
}

/// The database is busy or gone: what the plugin answered must not be forgotten, so it waits.
void Dispatcher::try_again(Work& work, std::deque<Pending> again, const base::Error& error) {
  need_.observer.trouble("delivery.not_recorded",
                         "a result could not be recorded and is tried again: " + error.message,
                         work.id());
  work.in_doubt = work.loaded;
  auto& waits = work.in_doubt ? work.doubtful : work.queue;
  waits.insert(waits.begin(), std::make_move_iterator(again.begin()),
               std::make_move_iterator(again.end()));
  work.writing = true;
  need_.executor.after(kRecordAgain, [this, id = work.id()] {
    auto& waiting = *find(id);
    waiting.writing = false;
    clock_moves_->look();
    write(waiting);
  });
}

/// What was known of it was old: everything is judged anew by what is stored.
void Dispatcher::overtaken(Work& work, std::vector<Pending> pending,
                           const store::Applied& applied) {
  work.in_doubt = false;
  for (auto& p : std::exchange(work.doubtful, {})) pending.push_back(std::move(p));
  const auto before = std::exchange(work.notification, applied.notification).progress;
  call_back(work, before);
  work.queue.insert(work.queue.begin(), std::make_move_iterator(pending.begin()),
                    std::make_move_iterator(pending.end()));
  clock_moves_->settle(work);
  write(work);
}

/// Another node recorded that the attempt under way here is not wanted any more.
void Dispatcher::call_back(const Work& work, const model::Progress& before) {
  const auto unwanted = [](const model::Progress& p) {
    return model::is_ended(p.state) || p.cancel_requested || p.expiry_passed;
  };
  if (!work.in_flight || unwanted(before) || !unwanted(work.progress())) return;
  const auto& r = *work.in_flight;
  model::Attempt named;
  named.run = r.run;
  named.step = r.step;
  named.number = r.number;
  need_.channels.cancel(model::attempt_id(work.id(), named));
}

/// The clock was set while this waited to be recorded: the notification follows the clock first.
void Dispatcher::after_the_clock(Work& work, std::vector<Pending> pending) {
  clock_moves_->look();
  const auto first = std::find_if_not(work.queue.begin(), work.queue.end(),
                                      [](const auto& p) { return is_clock_moved(p); });
  work.queue.insert(first, std::make_move_iterator(pending.begin()),
                    std::make_move_iterator(pending.end()));
  write(work);
}

void Dispatcher::perform(Work& work, const store::Applied& applied) {
  for (const auto& effect : applied.effects) {
    if (const auto* start = std::get_if<model::effect::Start>(&effect)) {
      // The short cut has called deliver() already.
      if (work.short_cut != start->attempt) deliver(work, start->attempt);
    } else if (const auto* cancel = std::get_if<model::effect::CancelAttempt>(&effect)) {
      for (const auto& attempt : work.progress().attempts)
        if (model::ref(attempt) == cancel->attempt)
          need_.channels.cancel(model::attempt_id(work.id(), attempt));
    } else if (const auto* down = std::get_if<model::effect::TripBreaker>(&effect)) {
      trip(work.chain().steps.at(down->step).channel);
    } else if (const auto* ask = std::get_if<model::effect::Reconcile>(&effect)) {
      reconcile(work, ask->attempt);
    }
  }
}

void Dispatcher::let_go(Work& work) {
  const auto due = work.loaded ? work.progress().due : model::TimePoint::max();
  const auto id = work.id();
  const bool mine = sharing_->mine(work);
  HERALD_POINT("delivery.let_go");
  if (work.not_stored) store_now(work);
  leave_gate(work);
  works_.erase(id);
  poller_->let_go(id);
  wake(slots_.forget(id));
  if (due != model::TimePoint::max() && mine) poller_->due_at(due);
  poller_->room(works_.size());
}

}  // namespace herald::delivery
