#include "delivery/dispatcher.hpp"

#include "base/faults.hpp"
#include "delivery/clock_moves.hpp"
#include "delivery/decide.hpp"
#include "delivery/poller.hpp"
#include "delivery/work.hpp"

namespace herald::delivery {

Dispatcher::Dispatcher(Needs needs, DispatcherOptions options)
    : need_{needs}, options_{std::move(options)}, slots_{options_.in_flight} {
  poller_ = std::make_unique<Poller>(
      Poller::Needs{need_.executor, need_.store, need_.clock}, options_.backstop,
      [this](std::vector<model::Notification> due) {
        for (auto& notification : due)
          if (works_.size() < options_.held && find(notification.head.id) == nullptr)
            advance(hold(std::move(notification)));
      });
  clock_moves_ = std::make_unique<ClockMoves>(*this);
}

Dispatcher::~Dispatcher() = default;

void Dispatcher::start(std::function<void(base::Result<void>)> done) {
  need_.executor.post([this, done = std::move(done)]() mutable {
    clock_moves_->start([this, done = std::move(done)]() mutable {
      recover({}, [this, done = std::move(done)](base::Result<void> result) {
        if (result) {
          HERALD_POINT("delivery.recovered");
          working_ = true;
          poller_->start(options_.held);
        }
        done(result);
      });
    });
  });
}

void Dispatcher::recover(std::string after, std::function<void(base::Result<void>)> done) {
  if (HERALD_MUTANT("recover_nothing")) return done({});
  constexpr unsigned kPage = 500;
  need_.store.in_flight(
      std::move(after), kPage,
      [this, done = std::move(done)](base::Result<std::vector<model::Notification>> page) {
        need_.executor.post([this, done, page = std::move(page)]() mutable {
          if (!page) return done(page.error());
          if (page->empty()) return done({});
          const auto last = page->back().head.id;
          const bool more = page->size() == kPage;
          // Shared by the answers of one page, whose number is known.
          auto left = std::make_shared<std::size_t>(page->size());
          for (auto& notification : *page) {
            const auto* attempt = notification.progress.in_flight();
            const auto id = notification.head.id;
            std::optional<model::Event> event;
            if (attempt != nullptr)
              event = model::event::Lost{model::ref(*attempt), model::Reason::attempt_lost};
            push(id,
                 Pending{
                     event, {}, {}, [this, left, last, more, done](base::Result<store::Applied>) {
                       if (--*left > 0) return;
                       if (more)
                         recover(last, done);
                       else
                         done({});
                     }});
          }
        });
      });
}

void Dispatcher::accepted(model::Notification notification) {
  need_.executor.post([this, notification = std::move(notification)]() mutable {
    HERALD_POINT("delivery.told");
    need_.observer.accepted(notification);
    clock_moves_->fresh(notification.head.id);
    if (!working_) return;
    if (works_.size() >= options_.held) return poller_->more_waits();
    if (notification.progress.due > need_.clock.now())
      return poller_->due_at(notification.progress.due);
    if (find(notification.head.id) == nullptr) advance(hold(std::move(notification)));
  });
}

void Dispatcher::cancel(std::string id, std::string by, store::Done<model::Notification> done) {
  need_.executor.post([this, id = std::move(id), by = std::move(by), done = std::move(done)] {
    push(id,
         Pending{model::event::Cancel{by}, {}, {}, [done](base::Result<store::Applied> applied) {
                   if (!applied) return done(applied.error());
                   for (const auto& effect : applied->effects)
                     if (const auto* refused = std::get_if<model::effect::Refused>(&effect))
                       return done(base::fail(base::Code::conflict, refused->why));
                   done(applied->notification);
                 }});
  });
}

void Dispatcher::reconfigure(DispatcherOptions options) {
  need_.executor.post([this, options = std::move(options)] {
    options_ = options;
    slots_.set_limit(options_.in_flight);
    poller_->set_capacity(options_.held);
  });
}

void Dispatcher::in_flight(std::function<void(std::unordered_map<std::string, std::size_t>)> done) {
  need_.executor.post([this, done = std::move(done)] {
    std::unordered_map<std::string, std::size_t> counts;
    for (const auto& info : need_.channels.channels()) counts[info.name] = slots_.taken(info.name);
    done(std::move(counts));
  });
}

void Dispatcher::drain(model::Duration deadline, std::function<void(std::size_t)> done) {
  need_.executor.post([this, deadline, done = std::move(done)]() mutable {
    HERALD_POINT("delivery.drain_begins");
    working_ = false;
    poller_->stop();
    clock_moves_->stop();
    drained_ = std::move(done);
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
    if (work->in_flight || !work->queue.empty()) return;
  HERALD_POINT("delivery.drained");
  if (drain_timer_ != 0) need_.executor.cancel(std::exchange(drain_timer_, 0));
  std::exchange(drained_, nullptr)(0);
}

}  // namespace herald::delivery
