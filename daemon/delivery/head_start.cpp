// A head start: the first attempt of a notification begins before the notification is stored, so
// that one commit holds its acceptance and what came of that attempt. Only where nothing of the
// attempt can be seen before that commit: on a channel that does nothing but append to the inbox.
#include <algorithm>

#include "base/faults.hpp"
#include "delivery/clock_moves.hpp"
#include "delivery/sharing.hpp"
#include "delivery/suspects.hpp"
#include "delivery/work.hpp"
#include "store/progress.hpp"

namespace herald::delivery {
namespace {

/// Who has submitted waits no longer than this for an attempt to end; twice as long at worst.
constexpr model::Duration kHeadStart{std::chrono::milliseconds{10}};

bool is_new(const base::Result<store::Accepted>& answer) { return answer && !answer->repeated; }

}  // namespace

void Dispatcher::accept(model::NewNotification notification, Known known,
                        store::Done<store::Accepted> done) {
  auto ahead = std::make_shared<NotStored>(NotStored{std::move(notification), std::move(done)});
  if (known.user == 0) return store_first(std::move(ahead), known.clock_offset);
  need_.executor.post([this, known, ahead = std::move(ahead)]() mutable {
    // Another node's people are begun by that node.
    if (!sharing_->mine(known.user) || !may_start_ahead(ahead->notification))
      return store_first(std::move(ahead), known.clock_offset);
    model::Notification begun;
    begun.head = store::head_of(ahead->notification, known.user);
    begun.progress = store::first_progress(begun.head, ahead->notification.expires);
    const auto id = begun.head.id;
    HERALD_POINT("delivery.starts_ahead");
    clock_moves_->made(id, known.clock_offset);
    auto& work = hold(std::move(begun));
    work.not_stored = std::move(ahead);
    ahead_.emplace_back(need_.clock.mono() + kHeadStart, id);
    watch_ahead();
    advance(work);
    // Where it has to wait for others there is no attempt to wait for.
    auto* still = find(id);
    if (still != nullptr && still->not_stored && !still->starting && !still->in_flight)
      store_now(*still);
  });
}

bool Dispatcher::may_start_ahead(const model::NewNotification& n) const {
  // Something has killed the daemon: what it was must be stored before it is handed over.
  if (!working_ || suspects_->watching()) return false;
  if (!n.chain || n.chain->steps.empty() || !n.chain->steps.front().idempotent) return false;
  const auto channel = need_.channels.channel(n.chain->steps.front().channel);
  if (!channel || !channel->running) return false;
  return (channel->inbox_only || HERALD_MUTANT("head_start_anywhere")) && has_room(n.priority) &&
         n.not_before <= need_.clock.now();
}

/// Without a head start. Any thread.
void Dispatcher::store_first(std::shared_ptr<NotStored> ahead, model::Duration clock_offset) {
  need_.store.accept(
      std::move(ahead->notification),
      [this, clock_offset, done = std::move(ahead->done)](base::Result<store::Accepted> answer) {
        if (is_new(answer)) accepted(answer->notification, clock_offset);
        done(std::move(answer));
      });
}

/// What is asked of the store after this about the notification finds it there, or not_found.
void Dispatcher::store_now(Work& work) {
  HERALD_POINT("delivery.stored_ahead");
  const auto ahead = std::exchange(work.not_stored, nullptr);
  need_.store.accept(
      std::move(ahead->notification),
      [this, id = work.id(), done = std::move(ahead->done)](base::Result<store::Accepted> answer) {
        if (is_new(answer)) {
          need_.executor.post([this, id, stored = answer->notification] {
            need_.observer.accepted(stored);
            // It was given to another node meanwhile, or is somebody else's by now.
            if (!sharing_->mine(stored.head.user)) sharing_->tell_due();
            if (auto* held = find(id)) held->accepted_at = need_.clock.mono();
          });
        } else {
          need_.executor.post([this, id] { never_stored(id); });
        }
        done(std::move(answer));
      });
}

/// Whatever is on its way to the store learns there that there is no such notification.
void Dispatcher::never_stored(const std::string& id) {
  auto* work = find(id);
  if (work == nullptr || work->writing || !work->queue.empty() || work->starting || work->in_flight)
    return;
  release_slot(id);
  let_go(*work);
}

void Dispatcher::watch_ahead() {
  if (ahead_timer_ != 0 || ahead_.empty()) return;
  ahead_timer_ = need_.executor.after(kHeadStart, [this] {
    ahead_timer_ = 0;
    for (const auto now = need_.clock.mono(); !ahead_.empty() && ahead_.front().first <= now;) {
      if (auto* work = find(ahead_.front().second); work != nullptr && work->not_stored)
        store_now(*work);
      ahead_.pop_front();
    }
    watch_ahead();
  });
}

}  // namespace herald::delivery
