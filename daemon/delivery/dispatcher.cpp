#include "delivery/dispatcher.hpp"

#include "base/faults.hpp"
#include "delivery/clock_moves.hpp"
#include "delivery/decide.hpp"
#include "delivery/poller.hpp"
#include "delivery/sharing.hpp"
#include "delivery/suspects.hpp"
#include "delivery/work.hpp"

namespace herald::delivery {

Dispatcher::Dispatcher(Needs needs, DispatcherOptions options)
    : need_{needs}, options_{std::move(options)}, slots_{options_.in_flight} {
  auto found = [this](std::vector<model::Notification> due) {
    std::size_t taken = 0;
    for (auto& notification : due) {
      // What is held comes by itself, except while a channel has it.
      if (auto* held = find(notification.head.id)) {
        if (held->in_flight) advance(*held);
      } else if (has_room(notification.head.priority)) {
        advance(hold(std::move(notification)));
        ++taken;
      }
    }
    return taken;
  };
  auto held = [this] {
    std::vector<std::string> ids;
    for (const auto& [id, work] : works_)
      if (!work->in_flight || work->unrecorded_due) ids.push_back(id);
    return ids;
  };
  poller_ = std::make_unique<Poller>(
      Poller::Needs{need_.executor, need_.store, need_.clock, std::move(held)}, options_.backstop,
      std::move(found));
  clock_moves_ = std::make_unique<ClockMoves>(*this);
  sharing_ = std::make_unique<Sharing>(*this);
  sharing_->configure_gates();
  suspects_ = std::make_unique<Suspects>(
      Suspects::Needs{need_.executor, need_.store, need_.clock,
                      [this](const std::string& id) { wake({id}); }, options_.node});
}

Dispatcher::~Dispatcher() = default;

void Dispatcher::start(std::function<void(base::Result<void>)> done) {
  need_.executor.post([this, done = std::move(done)]() mutable {
    clock_moves_->start([this, done = std::move(done)]() mutable {
      suspects_->begin([this, done = std::move(done)]() mutable {
        load_pauses([this, done = std::move(done)](base::Result<void> loaded) {
          if (!loaded) return done(loaded);
          if (need_.nodes != nullptr) {
            // What a previous run left in flight is in the shares that come to somebody now.
            begin_work();
            sharing_->start();
            return done({});
          }
          recover({}, [this, done](base::Result<void> result) {
            if (result) begin_work();
            done(result);
          });
        });
      });
    });
  });
}

void Dispatcher::begin_work() {
  HERALD_POINT("delivery.recovered");
  working_ = true;
  poller_->start(options_.held);
  for (const auto& channel : need_.channels.channels()) lift(channel.name, {});
}

void Dispatcher::accepted(model::Notification notification, model::Duration clock_offset) {
  need_.executor.post([this, clock_offset, notification = std::move(notification)]() mutable {
    HERALD_POINT("delivery.told");
    need_.observer.accepted(notification);
    clock_moves_->made(notification.head.id, clock_offset);
    if (!working_) return;
    if (!sharing_->mine(notification.head.user)) return sharing_->tell_due();
    if (!has_room(notification.head.priority)) return poller_->more_waits();
    if (notification.progress.due > need_.clock.now())
      return poller_->due_at(notification.progress.due);
    if (find(notification.head.id) != nullptr) return;
    auto& work = hold(std::move(notification));
    work.accepted_at = need_.clock.mono();
    advance(work);
  });
}

void Dispatcher::reconfigure(DispatcherOptions options) {
  need_.executor.post([this, options = std::move(options)] {
    options_ = options;
    slots_.set_limit(options_.in_flight);
    sharing_->configure_gates();
    poller_->set_capacity(options_.held);
  });
}

void Dispatcher::drain(model::Duration deadline, std::function<void(std::size_t)> done) {
  need_.executor.post([this, deadline, done = std::move(done)]() mutable {
    HERALD_POINT("delivery.drain_begins");
    working_ = false;
    poller_->stop();
    clock_moves_->stop();
    drained_ = [this, done = std::move(done)](std::size_t left) {
      suspects_->end([done, left] { done(left); });
    };
    std::vector<std::string> ids;
    for (const auto& [id, work] : works_) ids.push_back(id);
    for (const auto& id : ids)
      if (auto* work = find(id)) advance(*work);
    drain_timer_ = need_.executor.after(deadline, [this] {
      drain_timer_ = 0;
      std::size_t left = 0;
      for (const auto& [id, work] : works_) {
        if (!work->in_flight) continue;
        ++left;
        const auto& r = *work->in_flight;
        need_.channels.cancel(id + "." + std::to_string(r.run) + "." + std::to_string(r.step) +
                              "." + std::to_string(r.number));
      }
      if (auto finish = std::exchange(drained_, nullptr)) finish(left);
    });
    check_drained();
  });
}

void Dispatcher::check_drained() {
  if (!drained_ || writing_ > 0) return;
  for (const auto& [id, work] : works_)
    if (work->in_flight || work->in_doubt || !work->queue.empty()) return;
  HERALD_POINT("delivery.drained");
  if (drain_timer_ != 0) need_.executor.cancel(std::exchange(drain_timer_, 0));
  std::exchange(drained_, nullptr)(0);
}

}  // namespace herald::delivery
