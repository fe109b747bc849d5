// What a restart makes of the answers that plugins owed when the last run ended (R6, R13).
#include "base/faults.hpp"
#include "delivery/work.hpp"

namespace herald::delivery {
namespace {

/// The attempt in flight, else the one whose fate was being asked, is cut off.
std::optional<model::Event> lost(const model::Progress& progress) {
  const auto event = [](const model::Attempt& attempt) {
    return model::event::Lost{model::ref(attempt), model::Reason::attempt_lost};
  };
  if (const auto* flying = progress.in_flight()) return event(*flying);
  for (const auto& attempt : progress.attempts)
    if (attempt.reconciling) return event(attempt);
  return std::nullopt;
}

}  // namespace

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
          HERALD_POINT("delivery.recovering");
          for (auto& notification : *page) {
            const auto id = notification.head.id;
            auto event = lost(notification.progress);
            // Known as it is stored, it can be repeated should its commit be in doubt.
            if (find(id) == nullptr) hold(std::move(notification));
            push(id, Pending{std::move(event),
                             {},
                             {},
                             [this, left, last, more, done](base::Result<store::Applied>) {
                               if (--*left > 0) return;
                               if (more)
                                 recover(last, done);
                               else
                                 done({});
                             },
                             {},
                             true});
          }
        });
      });
}

}  // namespace herald::delivery
