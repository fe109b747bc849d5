#include "store/conformance.hpp"

namespace herald::store::test {
namespace {

using model::OutcomeKind;

std::vector<std::string> ids_of(const std::vector<model::Notification>& notifications) {
  std::vector<std::string> ids;
  for (const auto& n : notifications) ids.push_back(n.head.id);
  return ids;
}
using Ids = std::vector<std::string>;

TEST_P(StoreConformance, DueIsByPriorityThenAge) {
  const auto add = [&](model::Priority priority, base::Duration wait_for) {
    auto n = some_notification(clock);
    n.priority = priority;
    n.not_before = clock.now() + wait_for;
    return value(accept(n)).id;
  };
  const auto later = add(model::Priority::normal, 2s);
  const auto soon = add(model::Priority::normal, 1s);
  const auto low = add(model::Priority::low, 0s);
  const auto urgent = add(model::Priority::urgent, 3s);
  const auto far = add(model::Priority::urgent, 1h);
  const auto due = [&](unsigned limit, Ids held = {}) {
    return ids_of(value(wait<std::vector<model::Notification>>([&](auto done) {
      store->due({clock.now(), limit, held}, done);
    })));
  };
  EXPECT_EQ(due(10), Ids{low});
  const auto next = value(wait<TimePoint>([&](auto done) { store->next_due(clock.now(), done); }));
  EXPECT_EQ(next, clock.now() + 1s);
  clock.advance(5s);
  EXPECT_EQ(due(10), (Ids{urgent, soon, later, low}));
  EXPECT_EQ(due(2), (Ids{urgent, soon}));
  EXPECT_EQ(due(2, {urgent, later, "another"}), (Ids{soon, low}));
  EXPECT_TRUE(due(10, {low, later, soon, urgent}).empty());
  EXPECT_EQ(value(wait<TimePoint>([&](auto done) { store->next_due(clock.now(), done); })),
            clock.now() + 1h - 5s);

  for (const auto& id : {later, soon, low, urgent, far})
    applied(id, {model::event::Cancel{"test"}});
  EXPECT_TRUE(due(10).empty());
  EXPECT_EQ(value(wait<TimePoint>([&](auto done) { store->next_due(clock.now(), done); })),
            TimePoint::max());
}

TEST_P(StoreConformance, InFlightPagesThroughWhatARestartLost) {
  Ids flying;
  for (int i = 0; i < 5; ++i) {
    flying.push_back(accepted());
    applied(flying.back(), {model::event::Due{}});
    accepted();
  }
  const auto back = accepted();
  applied(back,
          {model::event::Due{}, model::event::Completed{{1, 0, 1}, outcome(OutcomeKind::retry)}});
  reopen();
  Ids found;
  std::string after;
  for (;;) {
    const auto some = value(wait<std::vector<model::Notification>>(
        [&](auto done) { store->in_flight(after, 2, done); }));
    if (some.empty()) break;
    for (const auto& n : some) {
      EXPECT_NE(n.progress.in_flight(), nullptr);
      found.push_back(n.head.id);
    }
    after = found.back();
  }
  std::sort(found.begin(), found.end());
  EXPECT_EQ(found, flying);
}

TEST_P(StoreConformance, AttemptsAreFoundByProviderIdPerChannelAndByName) {
  const auto id = accepted();
  applied(id, {model::event::Due{},
               model::event::Completed{{1, 0, 1}, outcome(OutcomeKind::accepted, "wamid.1")}});
  const auto find = [&](AttemptLookup lookup) {
    return wait<std::pair<std::string, model::AttemptRef>>(
        [&](auto done) { store->find_attempt(lookup, done); });
  };
  const auto expected = std::pair{id, model::AttemptRef{1, 0, 1}};
  EXPECT_EQ(value(find({"webchat", "wamid.1", ""})), expected);
  EXPECT_EQ(value(find({"webchat", "", id + ".1.0.1"})), expected);
  for (const AttemptLookup& lookup : {AttemptLookup{"whatsapp", "wamid.1", ""},
                                      {"webchat", "wamid.2", ""},
                                      {"webchat", "", ""},
                                      {"webchat", "", id + ".1.0.2"},
                                      {"whatsapp", "", id + ".1.0.1"},
                                      {"webchat", "", "x"}}) {
    const auto none = find(lookup);
    ASSERT_FALSE(none) << lookup.provider_id << lookup.attempt_id;
    EXPECT_EQ(none.error().code, Code::not_found);
  }
}

TEST_P(StoreConformance, ListFiltersAndPagesNewestFirst) {
  Ids all;
  for (int i = 0; i < 6; ++i) {
    auto n = some_notification(clock, i % 2 == 0 ? "1" : "2");
    n.kind = i < 3 ? "service_request.status" : i == 3 ? "service_requests" : "message";
    all.insert(all.begin(), value(accept(n)).id);
    clock.advance(1s);
  }
  applied(all[5], {model::event::Cancel{"test"}});
  const auto list = [&](ListQuery query) {
    return ids_of(value(
        wait<std::vector<model::Notification>>([&](auto done) { store->list(query, done); })));
  };
  ListQuery query;
  EXPECT_EQ(list(query), all);
  query.limit = 4;
  EXPECT_EQ(list(query), Ids(all.begin(), all.begin() + 4));
  query.before_id = all[3];
  EXPECT_EQ(list(query), Ids(all.begin() + 4, all.end()));

  query = {};
  query.kind = "service_request.*";
  EXPECT_EQ(list(query), Ids(all.begin() + 3, all.end()));
  query.kind = "message";
  EXPECT_EQ(list(query), Ids(all.begin(), all.begin() + 2));
  query.user = 1;
  EXPECT_EQ(list(query), Ids{all[1]});
  query = {};
  query.user = 2;
  EXPECT_EQ(list(query), (Ids{all[0], all[2], all[4]}));
  query = {};
  query.state = model::State::cancelled;
  EXPECT_EQ(list(query), Ids{all[5]});
  query.user = 2;
  EXPECT_TRUE(list(query).empty());
  query = {};
  query.state = model::State::queued;
  EXPECT_EQ(list(query).size(), 5U);
  query = {};
  query.since = clock.now() - 2s;
  EXPECT_EQ(list(query), Ids(all.begin(), all.begin() + 2));
}

}  // namespace
}  // namespace herald::store::test
