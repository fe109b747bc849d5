#include "delivery/decide.hpp"
#include "store/sqlite_support.hpp"

namespace herald::store::test {
namespace {

class RealDecide : public SqliteStore {
 protected:
  RealDecide() { decide = delivery::decide; }
};

TEST_F(RealDecide, AFreshNotificationIsTheOneDecideBeginsWith) {
  for (const auto wait_for : {0s, 60s, 86'400s * 2}) {
    auto n = some_notification(clock);
    n.not_before = clock.now() + wait_for;
    const auto stored = value(wait<Accepted>([&](auto done) { store->accept(n, done); }));
    EXPECT_EQ(stored.notification.progress,
              delivery::first_progress(n.id, n.created, n.not_before, n.expires));
  }
}

TEST_F(RealDecide, ANotificationRunsThroughItsChainAndReplays) {
  const auto n = some_notification(clock);
  value(wait<Accepted>([&](auto done) { store->accept(n, done); }));
  Apply request;
  request.id = n.id;
  request.events = {model::event::Due{},
                    model::event::Completed{{1, 0, 1}, outcome(model::OutcomeKind::accepted)}};
  request.append = some_item(1, n.id);
  EXPECT_EQ(applied(request).notification.progress.state, model::State::waiting);
  clock.advance(2min);
  applied({n.id, {model::event::Due{}}, {}, {}, {}});
  reopen();
  applied({n.id, {model::event::Due{}}, {}, {}, {}});
  applied({n.id,
           {model::event::Completed{{1, 1, 1}, outcome(model::OutcomeKind::delivered, "wamid.9")}},
           {},
           {},
           {}});
  const auto kept = value(wait<Timeline>([&](auto done) { store->timeline(n.id, done); }));
  EXPECT_EQ(kept.notification.progress.state, model::State::delivered);
  auto progress = delivery::first_progress(n.id, n.created, n.not_before, n.expires);
  for (const auto& entry : kept.entries)
    progress = delivery::decide(progress, entry.event, *n.chain, entry.at).next;
  EXPECT_EQ(progress, kept.notification.progress);
}

TEST_F(RealDecide, WhatWaitsForAPausedChannelIsFoundUntilItGoesOn) {
  const auto waiting = [this] {
    return value(wait<std::vector<model::Notification>>(
                     [&](auto done) { store->paused_at("webchat", "", 10, done); }))
        .size();
  };
  const auto n = some_notification(clock);
  value(wait<Accepted>([&](auto done) { store->accept(n, done); }));
  applied({n.id, {model::event::Gated{model::Reason::paused, model::TimePoint::max()}}});
  EXPECT_EQ(waiting(), 1U);
  reopen();
  EXPECT_EQ(waiting(), 1U);
  applied({n.id, {model::event::Gated{model::Reason::paused, clock.now()}, model::event::Due{}}});
  EXPECT_EQ(waiting(), 0U);
}

}  // namespace
}  // namespace herald::store::test
