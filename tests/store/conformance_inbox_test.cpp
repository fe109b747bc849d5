#include "store/conformance.hpp"

namespace herald::store::test {
namespace {

using model::Evidence;
using Ids = std::vector<std::string>;

TEST_P(StoreConformance, AnItemComesBackAsItWasGiven) {
  const auto id = accepted();
  Apply request;
  request.id = id;
  request.append = some_item(1, id, "Une « demande » <b>");
  request.append->actions = {{"yes", "OUI", "oui"}, {"no", "NON", "n\"on"}};
  const auto given = *value(apply(request)).item;
  const auto items = page(1).items;
  ASSERT_EQ(items.size(), 1U);
  for (const auto& item : {given, items[0]}) {
    EXPECT_EQ(item.id, given.id);
    EXPECT_EQ(item.seq, 1);
    EXPECT_EQ(item.at, clock.now());
    EXPECT_EQ(item.user, 1);
    EXPECT_EQ(item.notification, id);
    EXPECT_EQ(item.type, "confirmation");
    EXPECT_EQ(item.title, "Demande");
    EXPECT_EQ(item.text, "Une « demande » <b>");
    EXPECT_EQ(item.markdown, "**Une « demande » <b>**");
    EXPECT_EQ(item.actions, request.append->actions);
    EXPECT_FALSE(item.read);
    EXPECT_TRUE(item.active);
  }
}

// covers: S34
TEST_P(StoreConformance, SequenceIdAndTimeRiseStrictlyUnderConcurrentAppends) {
  std::vector<Answer<Applied>> answers(60);
  for (std::size_t i = 0; i < answers.size(); ++i) {
    Apply request;
    request.id = accepted();
    request.append = some_item(1, request.id);
    store->apply(request, answers[i].done());
  }
  for (auto& answer : answers) value(answer.get());
  const auto items = page(1, true).items;
  ASSERT_EQ(items.size(), 60U);
  for (std::size_t i = 0; i < items.size(); ++i) {
    EXPECT_EQ(items[i].seq, static_cast<int64_t>(i) + 1);
    if (i == 0) continue;
    EXPECT_GT(items[i].id, items[i - 1].id);
    EXPECT_GE(items[i].at, items[i - 1].at + 1us);
  }
}

TEST_P(StoreConformance, TimeRisesEvenWhenTheClockGoesBack) {
  item_for(1);
  clock.advance(-1h);
  item_for(1);
  const auto items = page(1).items;
  EXPECT_EQ(items[1].at, items[0].at + 1us);
}

// covers: S41 S42 S43
TEST_P(StoreConformance, OnlyTheLastTenStayActiveAndTheHistoryKeepsAll) {
  item_for(2, "autre");
  Ids ids;
  for (int i = 1; i <= 11; ++i) ids.push_back(item_for(1, "message " + std::to_string(i)));
  const auto active = page(1);
  ASSERT_EQ(active.items.size(), 10U);
  EXPECT_EQ(active.items.front().text, "message 2");
  EXPECT_EQ(active.items.back().text, "message 11");
  EXPECT_EQ(active.unread, 10);
  EXPECT_EQ(active.older_unread, 1);
  EXPECT_EQ(active.last_seq, 11);
  const auto history = page(1, true);
  ASSERT_EQ(history.items.size(), 11U);
  EXPECT_FALSE(history.items.front().active);
  EXPECT_FALSE(history.items.front().read);
  EXPECT_EQ(page(2).items.size(), 1U);

  options.inbox_keep = 3;
  store->reconfigure(options);
  item_for(1, "message 12");
  const auto fewer = page(1);
  ASSERT_EQ(fewer.items.size(), 3U);
  EXPECT_EQ(fewer.items.front().text, "message 10");
  EXPECT_EQ(fewer.older_unread, 9);
}

TEST_P(StoreConformance, PushedOutUnreadItemsAreNamedReadOnesNot) {
  options.inbox_keep = 2;
  store->reconfigure(options);
  const auto read = item_for(1);
  const auto unread = item_for(1);
  value(seen(1, {page(1).items[0].id}, Evidence::read));
  const auto third = accepted();
  EXPECT_EQ(delivered_to_inbox(1, third).evicted, Ids{});
  const auto fourth = accepted();
  EXPECT_EQ(delivered_to_inbox(1, fourth).evicted, Ids{unread});
  EXPECT_EQ(page(1).older_unread, 1);
  const auto pushed_out = page(1, true).items[1];
  EXPECT_EQ(value(seen(1, {pushed_out.id}, Evidence::read)), Ids{unread});
  EXPECT_EQ(page(1).older_unread, 0);
}

// covers: S28
TEST_P(StoreConformance, MarkReadLowersUnreadByOneOnce) {
  item_for(1);
  const auto second = item_for(1);
  const auto id = page(1).items[1].id;
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(value(seen(1, {id, id}, Evidence::read)), Ids{second});
    EXPECT_EQ(page(1).unread, 1);
  }
  EXPECT_TRUE(page(1).items[1].read);
  EXPECT_FALSE(page(1).items[0].read);
  const InboxStore::Seen by_name{1, {}, {second}, Evidence::read};
  EXPECT_EQ(value(wait<Ids>([&](auto done) { store->seen(by_name, done); })), Ids{second});
}

TEST_P(StoreConformance, AForeignOrUnknownItemChangesNothing) {
  item_for(1);
  const auto foreign = item_for(2);
  const auto mine = page(1).items[0].id;
  for (const auto other : {page(2).items[0].id, int64_t{999'999}, int64_t{-1}}) {
    const auto answer = seen(1, {mine, other}, Evidence::read);
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, Code::not_found);
  }
  const InboxStore::Seen by_name{1, {mine}, {foreign}, Evidence::read};
  EXPECT_EQ(wait<Ids>([&](auto done) { store->seen(by_name, done); }).error().code,
            Code::not_found);
  EXPECT_EQ(page(1).unread, 1);
  EXPECT_EQ(page(2).unread, 1);
}

TEST_P(StoreConformance, ReturnedIsNotRead) {
  const auto id = item_for(1);
  EXPECT_EQ(value(seen(1, {page(1).items[0].id}, Evidence::delivered)), Ids{id});
  const auto item = page(1).items[0];
  EXPECT_TRUE(item.returned);
  EXPECT_FALSE(item.read);
}

// covers: S47
TEST_P(StoreConformance, ClearEmptiesTheListReadsWhatWasReturnedAndKeepsTheHistory) {
  const auto returned = item_for(1);
  item_for(1);
  value(seen(1, {page(1).items[0].id}, Evidence::delivered));
  const auto clear = [&](int64_t up_to) {
    return value(wait<Ids>([&](auto done) { store->clear(1, up_to, done); }));
  };
  EXPECT_EQ(clear(0), Ids{returned});
  const auto empty = page(1);
  EXPECT_TRUE(empty.items.empty());
  EXPECT_EQ(empty.unread, 0);
  EXPECT_EQ(empty.older_unread, 0);
  EXPECT_EQ(empty.last_seq, 4) << "that an item left the list is an event too";
  const auto history = page(1, true).items;
  ASSERT_EQ(history.size(), 2U);
  EXPECT_TRUE(history[0].read);
  EXPECT_FALSE(history[1].read);
  EXPECT_EQ(clear(0), Ids{});

  item_for(1, "c");
  item_for(1, "d");
  clear(page(1).items[0].seq);
  ASSERT_EQ(page(1).items.size(), 1U);
  EXPECT_EQ(page(1).items[0].text, "d");
  for (int i = 0; i < 10; ++i) item_for(1);
  EXPECT_EQ(page(1).items.size(), 10U);
  EXPECT_EQ(page(1).older_unread, 1);
}

TEST_P(StoreConformance, AWithdrawnItemLeavesTheListOnly) {
  const auto id = item_for(1);
  item_for(1);
  const auto cancel = [&](const std::string& which) {
    return applied(which, {model::event::Cancel{"test"}}).withdrawn;
  };
  EXPECT_EQ(cancel(id), 1);
  reopen();
  EXPECT_EQ(page(1).items.size(), 1U);
  EXPECT_EQ(page(1).unread, 1);
  EXPECT_EQ(page(1, true).items.size(), 2U);
  EXPECT_EQ(cancel(id), 0) << "it has left the list already";
  EXPECT_EQ(cancel(accepted()), 0) << "it never had an item";
  for (int i = 0; i < 9; ++i) item_for(1);
  EXPECT_EQ(page(1).items.size(), 10U);
  EXPECT_EQ(page(1).older_unread, 0);
}

TEST_P(StoreConformance, OnlyItemsAfterATimeOrASequence) {
  item_for(1, "a");
  clock.advance(1s);
  item_for(1, "b");
  model::ItemQuery query;
  query.user = 1;
  query.after = page(1).items[0].at;
  const auto get = [&] {
    return value(wait<model::ItemPage>([&](auto done) { store->items(query, done); })).items;
  };
  ASSERT_EQ(get().size(), 1U);
  EXPECT_EQ(get()[0].text, "b");
  query.after.reset();
  query.after_seq = 1;
  ASSERT_EQ(get().size(), 1U);
  EXPECT_EQ(get()[0].text, "b");
  query.after_seq = 0;
  query.limit = 1;
  ASSERT_EQ(get().size(), 1U);
  EXPECT_EQ(get()[0].text, "a");
}

model::ItemPage changes(Store& store, model::UserId user, int64_t after, unsigned limit = 500) {
  model::ItemQuery query;
  query.user = user;
  query.after_seq = after;
  query.changes = true;
  query.limit = limit;
  return value(wait<model::ItemPage>([&](auto done) { store.items(query, done); }));
}

/// "text@number", with what became of it.
std::vector<std::string> events(const model::ItemPage& page, int64_t after) {
  std::vector<std::string> out;
  for (const auto& i : page.items)
    out.push_back(i.text + "@" + std::to_string(model::event_number(i, after)) +
                  (i.read ? " read" : "") + (i.withdrawn ? " withdrawn" : "") +
                  (i.active ? "" : " gone"));
  return out;
}

// covers: S39
TEST_P(StoreConformance, WhatBecameOfItemsIsNumberedInOneSequenceWithThem) {
  item_for(1, "a");
  const auto b = item_for(1, "b");
  const auto first = page(1).items[0].id;
  value(seen(1, {first}, Evidence::delivered));
  EXPECT_EQ(page(1).last_seq, 2) << "returned is no event";
  value(seen(1, {first}, Evidence::read));
  value(seen(1, {first}, Evidence::read));
  EXPECT_EQ(page(1).last_seq, 3) << "the second time nothing changed";
  item_for(1, "c");
  applied(b, {model::event::Cancel{"test"}});
  EXPECT_EQ(events(changes(*store, 1, 0), 0),
            (std::vector<std::string>{"a@1 read", "b@2 withdrawn gone", "c@4"}));
  EXPECT_EQ(events(changes(*store, 1, 2), 2),
            (std::vector<std::string>{"a@3 read", "c@4", "b@5 withdrawn gone"}));
  EXPECT_EQ(events(changes(*store, 1, 3), 3),
            (std::vector<std::string>{"c@4", "b@5 withdrawn gone"}));
  EXPECT_EQ(events(changes(*store, 1, 2, 2), 2), (std::vector<std::string>{"a@3 read", "c@4"}));
  value(wait<Ids>([&](auto done) { store->clear(1, 0, done); }));
  EXPECT_EQ(events(changes(*store, 1, 5), 5),
            (std::vector<std::string>{"a@6 read gone", "c@7 gone"}));
  EXPECT_TRUE(changes(*store, 1, 7).items.empty());
  EXPECT_FALSE(changes(*store, 1, 7).gap);
}

TEST_P(StoreConformance, ItemsPushedOutOfTheListAreStillToldInTheirOrder) {
  options.inbox_keep = 2;
  store->reconfigure(options);
  for (const auto* text : {"a", "b", "c", "d"}) item_for(1, text);
  EXPECT_EQ(events(changes(*store, 1, 1), 1), (std::vector<std::string>{"b@2 gone", "c@3", "d@4"}));
}

TEST_P(StoreConformance, ANumberAheadOfTheSequenceIsAGap) {
  item_for(1, "a");
  EXPECT_TRUE(changes(*store, 1, 2).gap);
  EXPECT_TRUE(changes(*store, 2, 1).gap) << "nobody ever wrote to that person";
  EXPECT_FALSE(changes(*store, 2, 0).gap);
}

TEST_P(StoreConformance, TheEpochStaysTheSameAsLongAsTheDatabaseDoes) {
  const auto epoch = page(1).epoch;
  EXPECT_NE(epoch, 0U);
  EXPECT_LT(epoch, uint64_t{1} << 53);
  reopen();
  EXPECT_EQ(page(1).epoch, epoch);
}

TEST_P(StoreConformance, AConversationRowUnlessTheUserIsAProvider) {
  add_user(5, "+237690000005", true);
  EXPECT_TRUE(timeline(item_for(1)).has_conversation_row);
  EXPECT_FALSE(timeline(item_for(5)).has_conversation_row);
  EXPECT_FALSE(timeline(accepted()).has_conversation_row);
  EXPECT_EQ(page(5).items.size(), 1U);
}

TEST_P(StoreConformance, NobodyHasAnEmptyInbox) {
  const auto empty = page(4711);
  EXPECT_TRUE(empty.items.empty());
  EXPECT_EQ(empty.last_seq, 0);
}

}  // namespace
}  // namespace herald::store::test
