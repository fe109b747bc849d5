#include "store/conformance.hpp"

namespace herald::store::test {
namespace {

TEST_P(StoreConformance, HistoryIsPagedFromTheNewest) {
  for (int i = 0; i < 15; ++i) item_for(1, std::to_string(i));
  const auto ask = [&](int64_t before, unsigned limit) {
    model::ItemQuery query;
    query.user = 1;
    query.history = true;
    query.newest = true;
    query.before_id = before;
    query.limit = limit;
    return value(wait<model::ItemPage>([&](auto done) { store->items(query, done); })).items;
  };
  const auto newest = ask(0, 4);
  ASSERT_EQ(newest.size(), 4U);
  EXPECT_EQ(newest.front().text, "11");
  EXPECT_EQ(newest.back().text, "14") << "oldest first within a page";
  const auto older = ask(newest.front().id, 4);
  ASSERT_EQ(older.size(), 4U);
  EXPECT_EQ(older.back().text, "10");
  EXPECT_FALSE(ask(0, 15).front().active) << "also what the limit of the list has pushed out";
}

TEST_P(StoreConformance, OneItemIsFoundByItsNotificationInOrOutOfTheList) {
  const auto first = item_for(1, "first");
  for (int i = 0; i < 12; ++i) item_for(1);
  model::ItemQuery query;
  query.user = 1;
  query.notification = first;
  const auto found =
      value(wait<model::ItemPage>([&](auto done) { store->items(query, done); })).items;
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].text, "first");
  EXPECT_FALSE(found[0].active);
  query.user = 2;
  EXPECT_TRUE(
      value(wait<model::ItemPage>([&](auto done) { store->items(query, done); })).items.empty())
      << "not another's";
}

}  // namespace
}  // namespace herald::store::test
