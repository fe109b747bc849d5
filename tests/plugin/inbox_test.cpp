#include "stage.hpp"

namespace herald::plugin::testing {
namespace {

using std::chrono::seconds;

/// What an EV_ITEMS said.
struct Items {
  herald_status status = -1;
  uint64_t n = 0, unread = 0, cursor = 0, first_id = 0, epoch = 0, first_seq = 0;
  uint32_t gap = 9, more = 9, flags = 0;
  std::string first, action;
};

class InboxSide : public Stage {
 protected:
  void SetUp() override {
    chat.on_event = [this](const herald_event& e) {
      if (e.type != HERALD_EV_ITEMS) return;
      Items i;
      i.status = e.status;
      if (e.status == HERALD_OK) {
        const auto& l = *e.u.items;
        i.n = l.items_size, i.unread = l.unread, i.cursor = l.cursor, i.gap = l.gap,
        i.more = l.more, i.epoch = l.epoch;
        if (i.n != 0) {
          i.first = text(l.items[0].herald_id), i.first_id = l.items[0].id,
          i.flags = l.items[0].flags, i.first_seq = l.items[0].seq;
          if (l.items[0].actions_size != 0) i.action = text(l.items[0].actions[0].label);
        }
      }
      items.add(i);
    };
    run(spec(chat));
  }
  const herald_host_inbox* table() const { return chat.find<herald_host_inbox>(HERALD_HOST_INBOX); }
  herald_status append(herald_op op, std::string_view body = "hello") {
    const herald_action yes{view("yes"), view("OUI"), view("OUI")};
    herald_item item{};
    item.struct_size = sizeof item;
    item.type = view("info");
    item.text = view(body);
    item.markdown = view("**hello**");
    item.actions = &yes;
    item.actions_size = 1;
    item.actions_stride = sizeof yes;
    return table()->append(chat.host, 3, op, &item);
  }
  herald_exchange request(model::Principal who, model::UserId user) {
    const auto n = chat.events.size();
    if (!mounts.find("/api/web-chat/{user}")) {
      herald_route r{};
      r.struct_size = sizeof r;
      r.access = HERALD_ACCESS_PATH_USER;
      r.methods = view("GET");
      r.path = view("/api/web-chat/{user}");
      chat.find<herald_host_http>(HERALD_HOST_HTTP)->mount(chat.host, 1, &r);
      chat.events.at(n);
      return request(std::move(who), user);
    }
    exchange = std::make_shared<FakeExchange>();
    exchange->in.who = std::move(who);
    exchange->in.user = user;
    mounts.find("/api/web-chat/{user}")->handler(exchange);
    return chat.events.at(n).exchange;
  }
  static model::Principal person() {
    model::Principal p;
    p.kind = model::Principal::Kind::user;
    p.user = 42;
    return p;
  }
  Record<Items> items;
  std::shared_ptr<FakeExchange> exchange;
};

TEST_F(InboxSide, AppendAnswersTheDeliveryInOneTransaction) {
  const auto outcomes = send(delivery());
  const auto op = chat.ops.at(0);
  ASSERT_EQ(append(op), HERALD_OK);
  EXPECT_EQ(outcomes->at(0).kind, model::OutcomeKind::accepted);
  const auto a = delivered.appends.at(0);
  EXPECT_EQ(a.channel, "chat");
  EXPECT_EQ(a.attempt, "n1.1.0.1");
  EXPECT_EQ(a.item.user, 42);
  EXPECT_EQ(a.item.notification, "n1");
  EXPECT_EQ(a.item.markdown, "**hello**");
  const auto i = items.at(0);
  EXPECT_EQ(i.status, HERALD_OK);
  EXPECT_EQ(i.n, 1U);
  EXPECT_EQ(i.first, "n1");
  EXPECT_EQ(i.first_id, 71U);
  EXPECT_EQ(i.cursor, 9U);
  EXPECT_EQ(i.action, "OUI");
  EXPECT_EQ(i.flags, uint32_t{HERALD_ITEM_ACTIVE | HERALD_ITEM_OPEN_QUESTION});
  EXPECT_EQ(append(op), HERALD_E_STATE) << "it is answered";
  EXPECT_EQ(append(op + 999), HERALD_E_STATE);
  EXPECT_EQ(delivered.appends.size(), 1U);
}

TEST_F(InboxSide, AfterAFailedAppendTheAnswerIsStillOwed) {
  delivered.fail_append = true;
  const auto outcomes = send(delivery());
  const auto op = chat.ops.at(0);
  ASSERT_EQ(append(op), HERALD_OK);
  EXPECT_EQ(items.at(0).status, HERALD_E_LIMIT);
  EXPECT_EQ(outcomes->size(), 0U);
  EXPECT_EQ(chat.complete(op, HERALD_RETRY), HERALD_OK);
  EXPECT_EQ(outcomes->at(0).kind, model::OutcomeKind::retry);
}

// covers: F41
TEST_F(InboxSide, AppendChecksWhatItIsGiven) {
  send(delivery());
  const auto op = chat.ops.at(0);
  EXPECT_EQ(append(op, std::string(64 * 1024 + 1, 'x')), HERALD_E_INVALID);
  EXPECT_EQ(append(op, "broken \xc3"), HERALD_E_INVALID);
  EXPECT_EQ(table()->append(chat.host, 3, op, nullptr), HERALD_E_INVALID);
  auto d = delivery("n2.1.0.1");
  d.head.user = 0;
  send(d);
  EXPECT_EQ(append(chat.ops.at(1)), HERALD_E_INVALID) << "the recipient is no user";
  EXPECT_EQ(append(op), HERALD_OK);
}

TEST_F(InboxSide, ListSeenAndClearActAsTheExchangesPerson) {
  const auto id = request(person(), 42);
  for (int i = 1; i <= 3; ++i) {
    model::Item item;
    item.id = i, item.seq = 10 + i, item.user = 42, item.notification = "n" + std::to_string(i),
    item.read = item.active = true;
    inbox.page.items.push_back(item);
  }
  inbox.page.unread = 2;
  inbox.page.last_seq = 13;
  inbox.page.epoch = 77;
  herald_inbox_query q{};
  q.struct_size = sizeof q;
  q.after_seq = 7;
  q.limit = 2;
  ASSERT_EQ(table()->list(chat.host, 5, id, &q), HERALD_OK);
  auto i = items.at(0);
  EXPECT_EQ(inbox.queries.at(0).user, 42);
  EXPECT_EQ(inbox.queries.at(0).after_seq, 7);
  EXPECT_EQ(i.n, 2U);
  EXPECT_EQ(i.more, 1U);
  EXPECT_EQ(i.cursor, 12U) << "of what is in the answer";
  EXPECT_EQ(i.unread, 2U);
  EXPECT_EQ(i.epoch, 77U);
  q.epoch = 999;
  inbox.page.gap = true;
  ASSERT_EQ(table()->list(chat.host, 5, id, &q), HERALD_OK);
  EXPECT_EQ(items.at(1).gap, 1U);
  EXPECT_EQ(inbox.queries.at(1).epoch, 999U) << "the inbox judges it";
  EXPECT_EQ(items.at(1).cursor, 13U) << "of the whole list";
  inbox.page.gap = false;
  q = {};
  q.struct_size = sizeof q;
  q.herald_id = view("n2");
  ASSERT_EQ(table()->list(chat.host, 5, id, &q), HERALD_OK);
  EXPECT_EQ(items.at(2).status, HERALD_OK);
  EXPECT_EQ(inbox.queries.at(2).notification, "n2") << "the inbox looks it up, in the list or not";

  const auto n = chat.events.size();
  const uint64_t ids[] = {1, 2};
  ASSERT_EQ(table()->seen(chat.host, 6, id, ids, 2, HERALD_SEEN_READ), HERALD_OK);
  EXPECT_EQ(chat.events.at(n).status, HERALD_OK);
  const auto seen = inbox.seens.at(0);
  EXPECT_EQ(seen.who.user, 42);
  EXPECT_EQ(seen.user, 42);
  EXPECT_EQ(seen.ids, (std::vector<std::string>{"1", "2"}));
  EXPECT_EQ(seen.level, model::Evidence::read);
  ASSERT_EQ(table()->clear(chat.host, 7, id, 0), HERALD_OK);
  EXPECT_EQ(chat.events.at(n + 1).status, HERALD_E_DENIED);
  EXPECT_EQ(table()->seen(chat.host, 6, id, ids, 2, 7), HERALD_E_INVALID);
  EXPECT_EQ(table()->seen(chat.host, 6, id + 1, ids, 2, HERALD_SEEN_READ), HERALD_E_STATE);
}

TEST_F(InboxSide, ChangesComeWithTheirNumbersAndSayThatTheyAreNoArrivals) {
  const auto id = request(person(), 42);
  model::Item item;
  item.id = 1, item.seq = 3, item.changed = 9, item.user = 42, item.notification = "n1";
  item.active = false, item.withdrawn = true, item.returned = true;
  inbox.page.items.push_back(item);
  inbox.page.last_seq = 9;
  herald_inbox_query q{};
  q.struct_size = sizeof q;
  q.flags = HERALD_LIST_CHANGES;
  q.after_seq = 7;
  ASSERT_EQ(table()->list(chat.host, 5, id, &q), HERALD_OK);
  EXPECT_TRUE(inbox.queries.at(0).changes);
  EXPECT_EQ(items.at(0).first_seq, 9U);
  EXPECT_EQ(items.at(0).flags,
            uint32_t{HERALD_ITEM_WITHDRAWN | HERALD_ITEM_CHANGED | HERALD_ITEM_RETURNED});
  q.after_seq = 0;
  q.epoch = 5;
  ASSERT_EQ(table()->list(chat.host, 5, id, &q), HERALD_OK);
  EXPECT_TRUE(inbox.queries.at(1).changes) << "an inbox that was empty has a cursor too";
  EXPECT_EQ(items.at(1).first_seq, 3U);
  q.flags = 0;
  q.after_seq = 7;
  ASSERT_EQ(table()->list(chat.host, 5, id, &q), HERALD_OK);
  EXPECT_EQ(items.at(2).n, 0U) << "what has left the list is no change of it";
}

// covers: S85
TEST_F(InboxSide, TheProofEndsTenSecondsAfterTheExchange) {
  const auto id = request(person(), 42);
  herald_http_response r{};
  r.struct_size = sizeof r;
  r.status = 200;
  chat.find<herald_host_http>(HERALD_HOST_HTTP)->respond(chat.host, id, &r);
  exchange->written(true);
  const uint64_t one = 1;
  EXPECT_EQ(table()->seen(chat.host, 6, id, &one, 1, HERALD_SEEN_DELIVERED), HERALD_OK);
  pass(seconds{10});
  while (table()->seen(chat.host, 6, id, &one, 1, HERALD_SEEN_DELIVERED) == HERALD_OK &&
         inbox.seens.size() < 100)
    std::this_thread::yield();
  EXPECT_EQ(table()->seen(chat.host, 6, id, &one, 1, HERALD_SEEN_DELIVERED), HERALD_E_STATE);
}

TEST_F(InboxSide, AnExchangeWithoutAUserProvesNothing) {
  const auto id = request({}, 0);
  const uint64_t one = 1;
  EXPECT_EQ(table()->seen(chat.host, 6, id, &one, 1, HERALD_SEEN_READ), HERALD_E_INVALID);
  EXPECT_EQ(inbox.seens.size(), 0U);
}

TEST_F(InboxSide, InDevelopmentTheCallerIsThePersonInThePath) {
  model::Principal nobody;
  nobody.development = true;
  const auto id = request(nobody, 42);
  const uint64_t one = 1;
  ASSERT_EQ(table()->seen(chat.host, 6, id, &one, 1, HERALD_SEEN_READ), HERALD_OK);
  EXPECT_EQ(inbox.seens.at(0).who.kind, model::Principal::Kind::user);
  EXPECT_EQ(inbox.seens.at(0).who.user, 42);
}

TEST_F(InboxSide, SubscribersHearOfChangesUntilTheyLeave) {
  ASSERT_EQ(table()->subscribe(chat.host, 8, view("42")), HERALD_OK);
  EXPECT_EQ(chat.events.at(0).type, uint32_t{HERALD_EV_DONE});
  EXPECT_EQ(inbox.subscribed.at(0), 42);
  inbox.changed(17);
  EXPECT_EQ(chat.events.at(1).type, uint32_t{HERALD_EV_INBOX});
  EXPECT_EQ(chat.events.at(1).id, 8U);
  EXPECT_EQ(chat.events.at(1).seq, 17U);
  EXPECT_EQ(table()->unsubscribe(chat.host, 8), HERALD_OK);
  EXPECT_EQ(inbox.unsubscribed.at(0), 5U);
  inbox.changed(18);
  chat.core()->post(chat.host, 1);
  EXPECT_EQ(chat.events.at(2).type, uint32_t{HERALD_EV_POSTED});
  EXPECT_EQ(table()->subscribe(chat.host, 8, view("x42")), HERALD_E_INVALID);
}

TEST_F(InboxSide, ManyChangesBeforeTheStrandIsFreeAreOneEvent) {
  ASSERT_EQ(table()->subscribe(chat.host, 8, view("42")), HERALD_OK);
  chat.events.at(0);
  std::promise<void> go;
  auto gone = go.get_future().share();
  chat.on_deliver = [&](const herald_delivery& d, herald_error*) {
    gone.wait();
    return chat.complete(d.op, HERALD_DELIVERED);
  };
  send(delivery());
  chat.ops.at(0);
  for (int i = 1; i <= 1000; ++i) inbox.changed(i);
  go.set_value();
  EXPECT_EQ(chat.events.at(1).seq, 1000U);
  chat.core()->post(chat.host, 1);
  EXPECT_EQ(chat.events.at(2).type, uint32_t{HERALD_EV_POSTED});
}

}  // namespace
}  // namespace herald::plugin::testing
