#include "store/sqlite_support.hpp"

namespace herald::store::test {
namespace {

using SqliteReopen = SqliteStore;

// covers: S46
TEST_F(SqliteReopen, ItemsKeepIdTypeTimeAndReadFlag) {
  for (const auto* type : {"info", "confirmation", "status_update", "provider_request"}) {
    Apply request;
    request.id = accepted();
    request.append = some_item(1, request.id);
    request.append->type = type;
    applied(request);
    clock.advance(1us);
  }
  model::ItemQuery query;
  query.user = 1;
  const auto items = [&] {
    return value(wait<model::ItemPage>([&](auto done) { store->items(query, done); }));
  };
  const auto before = items();
  value(wait<std::vector<std::string>>([&](auto done) {
    store->seen({1, {before.items[1].id}, {}, model::Evidence::read}, done);
  }));
  reopen();
  const auto after = items();
  ASSERT_EQ(after.items.size(), 4U);
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(after.items[i].id, before.items[i].id);
    EXPECT_EQ(after.items[i].seq, before.items[i].seq);
    EXPECT_EQ(after.items[i].type, before.items[i].type);
    EXPECT_EQ(after.items[i].at, before.items[i].at);
    EXPECT_EQ(after.items[i].read, i == 1);
  }
  EXPECT_EQ(after.unread, 3);
}

TEST_F(SqliteReopen, NumbersGoOnWhereTheyWere) {
  const auto append = [&] {
    Apply request;
    request.id = accepted();
    request.append = some_item(1, request.id);
    return *applied(request).item;
  };
  const auto first = append();
  reopen();
  const auto second = append();
  EXPECT_EQ(second.seq, first.seq + 1);
  EXPECT_GT(second.id, first.id);
  EXPECT_GT(second.at, first.at);
}

TEST_F(SqliteReopen, CloseLeavesNothingInTheLogAndRefusesWhatComesLater) {
  const auto id = accepted();
  store->close();
  EXPECT_EQ(std::filesystem::file_size(path() + "-wal"), 0U);
  const auto n = some_notification(clock);
  EXPECT_EQ(wait<Accepted>([&](auto done) { store->accept(n, done); }).error().code,
            Code::unavailable);
  EXPECT_EQ(wait<Counts>([&](auto done) { store->counts(done); }).error().code, Code::unavailable);
  store->close();
  reopen();
  EXPECT_EQ(
      value(wait<Timeline>([&](auto done) { store->timeline(id, done); })).notification.head.id,
      id);
}

TEST_F(SqliteReopen, CloseAnswersEverythingThatWaits) {
  std::vector<Answer<Accepted>> answers(200);
  for (auto& answer : answers) store->accept(some_notification(clock), answer.done());
  store->close();
  for (auto& answer : answers) value(answer.get());
}

}  // namespace
}  // namespace herald::store::test
