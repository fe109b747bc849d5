#include "delivery/clock_moves.hpp"

#include <algorithm>
#include <charconv>

#include "base/faults.hpp"
#include "base/ids.hpp"
#include "base/text.hpp"
#include "delivery/decide.hpp"
#include "delivery/poller.hpp"
#include "delivery/sharing.hpp"
#include "delivery/work.hpp"

namespace herald::delivery {
namespace {

constexpr const char* kNote = "clock";
constexpr std::size_t kPage = 256;
constexpr model::Duration kAgain{std::chrono::seconds{1}};

/// Nothing measures a time for it, or only until a time of day.
bool stays(const model::Progress& p) {
  return waits_for_day(p) || (model::is_ended(p.state) && p.in_flight() == nullptr);
}

/// The producer named no time for its end: it is the route's expires_after.
bool expiry_is_duration(const model::Notification& n) {
  const auto& p = n.progress;
  return p.run > 1 || p.expires - p.clock_moved ==
                          std::max(n.head.created, n.head.not_before) + n.head.chain->expires_after;
}

std::optional<int64_t> number(std::string_view text) {
  int64_t out = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (ec != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return out;
}

}  // namespace

Dispatcher::ClockMoves::ClockMoves(Dispatcher& dispatcher)
    : d_{dispatcher}, watch_{dispatcher.need_.clock} {}

void Dispatcher::ClockMoves::start(std::function<void()> ready) {
  d_.need_.store.note(kNote, [this, ready = std::move(ready)](base::Result<std::string> noted) {
    d_.need_.executor.post([this, ready, noted = std::move(noted)] {
      if (noted) compare(*noted);
      note();
      watch();
      ready();
    });
  });
}

/// The note says: which run of the machine, wall minus monotonic clock, monotonic clock.
void Dispatcher::ClockMoves::compare(const std::string& noted) {
  const auto parts = base::split(noted, ' ');
  if (parts.size() != 3 || d_.options_.boot.empty() || parts[0] != d_.options_.boot) return;
  const auto offset = number(parts[1]), mono = number(parts[2]);
  if (!offset || !mono) return;
  const auto passed = d_.need_.clock.mono().time_since_epoch() - model::Duration{*mono};
  const auto by = watch_.offset() - model::Duration{*offset};
  // Slewing adds up while nobody looks, to half a thousandth at most.
  const auto slewed = std::chrono::seconds{2} + passed / 1000;
  if (std::chrono::abs(by) > slewed) moved(by);
}

std::string Dispatcher::ClockMoves::present() const {
  return d_.options_.boot + ' ' + std::to_string(watch_.offset().count()) + ' ' +
         std::to_string(d_.need_.clock.mono().time_since_epoch().count());
}

void Dispatcher::ClockMoves::note() {
  if (d_.options_.boot.empty()) return;
  d_.need_.store.put_note(kNote, present(), [](const base::Result<store::Nothing>&) {});
}

void Dispatcher::ClockMoves::note_for_sure() {
  if (d_.options_.boot.empty()) return;
  noting_ = true;
  d_.need_.store.put_note(
      kNote, present(), [this, move = moves_](const base::Result<store::Nothing>& noted) {
        d_.need_.executor.post([this, move, ok = noted.has_value()] {
          // A later move has its own note under way.
          if (move != moves_) return;
          if (!ok) {
            d_.need_.executor.after(kAgain, [this, move] {
              if (move == moves_) note_for_sure();
            });
            return;
          }
          noting_ = false;
          for (const auto& id : std::exchange(held_back_, {})) {
            auto& work = *d_.find(id);  // a work that is being written is never let go
            work.writing = false;
            d_.write(work);
          }
        });
      });
}

bool Dispatcher::ClockMoves::hold_back(Work& work) {
  if (!noting_) return false;
  work.writing = true;
  held_back_.push_back(work.id());
  return true;
}

void Dispatcher::ClockMoves::stop() {
  if (timer_ != 0) d_.need_.executor.cancel(std::exchange(timer_, 0));
  note();
}

void Dispatcher::ClockMoves::watch() {
  timer_ = d_.need_.executor.after(d_.options_.clock_check, [this] {
    look();
    watch();
  });
}

void Dispatcher::ClockMoves::look() {
  if (const auto by = watch_.look(); by.count() != 0) moved(by);
}

void Dispatcher::ClockMoves::moved(model::Duration by) {
  d_.need_.observer.trouble("clock.moved",
                            "the wall clock was set by " + std::string{by.count() < 0 ? "-" : "+"} +
                                base::to_string(std::chrono::abs(by)) +
                                "; what measures a time follows it",
                            "");
  goal_ += by;
  ++moves_;
  moving_ = true;
  // Noted before anybody follows: should we die now, nobody follows twice.
  note_for_sure();
  std::vector<std::string> ids;
  for (auto& [id, work] : d_.works_) {
    settle(*work);
    ids.push_back(id);
  }
  d_.wake(ids);
  d_.poller_->look_again();
  walk();
}

void Dispatcher::ClockMoves::made(const std::string& id, model::Duration offset) {
  look();
  if (moving_ && std::chrono::abs(offset - watch_.offset()) < store::Apply::kClockSet)
    followed_[base::hash64(id)] = goal_;
}

bool Dispatcher::ClockMoves::unsettled(const Work& work) const {
  if (!moving_ || work.loaded) return false;
  const auto it = followed_.find(base::hash64(work.id()));
  return it == followed_.end() || it->second != goal_;
}

std::optional<model::Event> Dispatcher::ClockMoves::owed(const model::Notification& notification) {
  // The clock of another node's machine is another one.
  if (!moving_ || !d_.sharing_->mine(notification.head.user)) return std::nullopt;
  auto& followed = followed_[base::hash64(notification.head.id)];
  const auto by = goal_ - std::exchange(followed, goal_);
  if (by.count() == 0 || stays(notification.progress) || HERALD_MUTANT("clock_not_followed"))
    return std::nullopt;
  return model::event::ClockMoved{by, expiry_is_duration(notification)};
}

void Dispatcher::ClockMoves::settle(Work& work) {
  if (!work.loaded) return;
  if (auto event = owed(work.notification))
    work.queue.push_front(Pending{std::move(event), {}, {}, {}});
}

void Dispatcher::ClockMoves::walk() {
  const auto walk = ++walk_;
  d_.need_.store.waiting([this, walk](base::Result<std::vector<int64_t>> rows) {
    d_.need_.executor.post([this, walk, rows = std::move(rows)]() mutable {
      if (walk != walk_) return;
      if (!rows) {
        d_.need_.executor.after(kAgain, [this, walk] {
          if (walk == walk_) this->walk();
        });
        return;
      }
      rows_ = std::move(*rows);
      at_ = 0;
      next_page(walk);
    });
  });
}

void Dispatcher::ClockMoves::next_page(unsigned walk) {
  if (walk != walk_) return;
  if (at_ >= rows_.size()) {
    moving_ = false;
    goal_ = {};
    followed_.clear();
    rows_ = {};
    return;
  }
  const auto end = std::min(at_ + kPage, rows_.size());
  std::vector<int64_t> page(rows_.begin() + static_cast<std::ptrdiff_t>(at_),
                            rows_.begin() + static_cast<std::ptrdiff_t>(end));
  d_.need_.store.rows(
      std::move(page), [this, walk, end](base::Result<std::vector<model::Notification>> found) {
        d_.need_.executor.post([this, walk, end, found = std::move(found)] {
          if (walk != walk_) return;
          if (!found) {
            d_.need_.executor.after(kAgain, [this, walk] { next_page(walk); });
            return;
          }
          at_ = end;
          for (const auto& notification : *found) follow(notification);
          if (found->empty()) return next_page(walk);
          // The next page when the last of this one is written: the store is never flooded.
          d_.push(found->back().head.id,
                  Pending{{}, {}, {}, [this, walk](const base::Result<store::Applied>&) {
                            d_.need_.executor.post([this, walk] { next_page(walk); });
                          }});
        });
      });
}

void Dispatcher::ClockMoves::follow(const model::Notification& notification) {
  if (auto* work = d_.find(notification.head.id)) {
    // One that is not loaded yet may be so only when the walk is over.
    if (work->loaded)
      settle(*work);
    else if (auto event = owed(notification))
      work->queue.push_front(Pending{std::move(event), {}, {}, {}});
    return d_.advance(*work);
  }
  auto event = owed(notification);
  if (!event) return;
  d_.hold(notification);
  d_.push_event(notification.head.id, std::move(*event));
}

}  // namespace herald::delivery
