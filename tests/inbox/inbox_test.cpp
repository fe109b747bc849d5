#include "inbox/inbox.hpp"

#include <gtest/gtest.h>

namespace herald::inbox {
namespace {

using model::Evidence;
using model::Principal;

class FakeStore final : public store::InboxStore {
 public:
  std::vector<Seen> asked;
  int cleared = 0;
  bool unknown = false;
  model::ItemPage page;
  void items(model::ItemQuery query, store::Done<model::ItemPage> done) override {
    queries.push_back(query);
    done(query.changes ? since : page);
  }
  std::vector<model::ItemQuery> queries;
  model::ItemPage since;  // what changed
  void seen(Seen s, store::Done<std::vector<std::string>> done) override {
    asked.push_back(s);
    if (unknown) return done(base::fail(base::Code::not_found, "no such item"));
    done(std::vector<std::string>{"n1"});
  }
  void clear(model::UserId, int64_t, store::Done<std::vector<std::string>> done) override {
    ++cleared;
    done(std::vector<std::string>{"n2"});
  }
};

class FakeDelivery final : public model::ports::DeliveryEvents {
 public:
  std::vector<std::pair<std::string, Evidence>> evidence;
  void receipts(std::string, std::vector<model::ports::ChannelReceipt>, Done<bool>) override {}
  void append(std::string, std::string, model::NewItem, Done<model::Item>) override {}
  void inbox_evidence(std::vector<std::string> ids, Evidence level, Done<bool> done) override {
    for (auto& id : ids) evidence.emplace_back(id, level);
    if (recorded)
      done(true);
    else
      done(base::fail(base::Code::unavailable, "the disk is full"));
  }
  bool recorded = true;
};

class InboxTest : public ::testing::Test {
 protected:
  base::Code seen(Principal who, std::vector<std::string> ids, Evidence level,
                  model::UserId user = 7) {
    auto code = base::Code::internal;
    ok_ = false;
    inbox_.seen(std::move(who), user, std::move(ids), level, [&](base::Result<bool> r) {
      ok_ = bool(r);
      if (!r) code = r.error().code;
    });
    return code;
  }
  static Principal person(model::UserId id) {
    Principal p;
    p.kind = Principal::Kind::user;
    p.user = id;
    return p;
  }
  static Principal service(std::vector<std::string> scopes) {
    Principal p;
    p.kind = Principal::Kind::service;
    p.scopes = std::move(scopes);
    return p;
  }
  FakeStore store_;
  FakeDelivery delivery_;
  Inbox inbox_{store_, delivery_};
  bool ok_ = false;
};

// covers: S06 S28
TEST_F(InboxTest, ThePersonGivesEvidence) {
  seen(person(7), {"12", std::string(35, 'a')}, Evidence::read);
  EXPECT_TRUE(ok_);
  EXPECT_EQ(store_.asked.at(0).ids, std::vector<int64_t>{12});
  EXPECT_EQ(store_.asked.at(0).notifications.size(), 1U);
  EXPECT_EQ(delivery_.evidence,
            (std::vector<std::pair<std::string, Evidence>>{{"n1", Evidence::read}}));
}

TEST_F(InboxTest, AServiceGivesNoneExceptReadWithItsScope) {
  seen(service({"inbox:read"}), {"12"}, Evidence::delivered);
  EXPECT_TRUE(ok_) << "returning items to a service is fine, it only proves nothing";
  EXPECT_TRUE(store_.asked.empty());
  EXPECT_EQ(seen(service({"inbox:read"}), {"12"}, Evidence::read), base::Code::denied);
  seen(service({"inbox:read-for"}), {"12"}, Evidence::read);
  EXPECT_TRUE(ok_);
  EXPECT_EQ(delivery_.evidence.size(), 1U);
}

TEST_F(InboxTest, NobodyIsToldThatSomethingIsReadBeforeThatIsRecorded) {
  delivery_.recorded = false;
  EXPECT_EQ(seen(person(7), {"12"}, Evidence::read), base::Code::unavailable);
  auto code = base::Code::internal;
  inbox_.clear(person(7), 7, 0, [&](auto r) { code = r ? base::Code::internal : r.error().code; });
  EXPECT_EQ(code, base::Code::unavailable);
}

// covers: S85
TEST_F(InboxTest, AnotherPersonIsNobodyHere) {
  EXPECT_EQ(seen(person(8), {"12"}, Evidence::read), base::Code::denied);
  EXPECT_TRUE(store_.asked.empty());
}

TEST_F(InboxTest, WhatIsNoItemIsNotFoundAndChangesNothing) {
  for (const auto* id : {"0", "-1", "x", "12x", "", "99999999999999999999"})
    EXPECT_EQ(seen(person(7), {id}, Evidence::read), base::Code::not_found) << id;
  store_.unknown = true;
  EXPECT_EQ(seen(person(7), {"12"}, Evidence::read), base::Code::not_found);
  EXPECT_TRUE(delivery_.evidence.empty());
}

// covers: S07
TEST_F(InboxTest, ClearCountsAsReadForWhatHadBeenReturned) {
  bool ok = false;
  inbox_.clear(person(7), 7, 0, [&](auto r) { ok = bool(r); });
  EXPECT_TRUE(ok);
  EXPECT_EQ(delivery_.evidence,
            (std::vector<std::pair<std::string, Evidence>>{{"n2", Evidence::read}}));
  inbox_.clear(service({}), 7, 0, [&](auto r) { ok = bool(r); });
  EXPECT_FALSE(ok);
  EXPECT_EQ(store_.cleared, 1);
}

TEST_F(InboxTest, WhatIsShownIsReadBeforeTheListIsEmptied) {
  const auto item = [](int64_t seq, bool returned, bool read) {
    model::Item i;
    i.seq = seq, i.returned = returned, i.read = read;
    i.notification = "item " + std::to_string(seq);
    return i;
  };
  store_.page.items = {item(1, true, true), item(2, true, false), item(3, false, false),
                       item(4, true, false)};
  bool ok = true;
  delivery_.recorded = false;
  inbox_.clear(person(7), 7, 3, [&](auto r) { ok = bool(r); });
  EXPECT_FALSE(ok);
  EXPECT_EQ(store_.cleared, 0) << "a cleared list would name nothing at the next try";
  delivery_.recorded = true;
  delivery_.evidence.clear();
  inbox_.clear(person(7), 7, 3, [&](auto r) { ok = bool(r); });
  EXPECT_TRUE(ok);
  EXPECT_EQ(delivery_.evidence, (std::vector<std::pair<std::string, Evidence>>{
                                    {"item 2", Evidence::read}, {"n2", Evidence::read}}));
}

// covers: S39 F58 S85
TEST_F(InboxTest, ACursorThatCannotBeContinuedBringsTheListAndSaysSo) {
  const auto list = [&](uint64_t epoch, model::UserId user = 7) {
    model::ItemQuery query;
    query.user = user;
    query.changes = true;
    query.after_seq = 3;
    query.epoch = epoch;
    model::ItemPage out;
    inbox_.list(query, [&](base::Result<model::ItemPage> r) { out = *r; });
    return out;
  };
  store_.since.epoch = store_.page.epoch = 12345;
  store_.page.items.resize(2);
  const auto mine = list(0);
  EXPECT_FALSE(mine.gap);
  EXPECT_TRUE(mine.items.empty());
  EXPECT_FALSE(list(mine.epoch).gap);
  const auto theirs = list(0, 8);
  EXPECT_NE(theirs.epoch, mine.epoch) << "a cursor means nothing in another inbox";
  for (const auto epoch : {theirs.epoch, mine.epoch + 1, uint64_t{12345}}) {
    const auto lost = list(epoch);
    EXPECT_TRUE(lost.gap);
    EXPECT_EQ(lost.items.size(), 2U);
    EXPECT_EQ(lost.epoch, mine.epoch);
    EXPECT_EQ(store_.queries.back().after_seq, 0);
  }
  store_.since.gap = true;
  EXPECT_TRUE(list(mine.epoch).gap);
}

TEST_F(InboxTest, SubscribersHearOfTheirUserUntilTheyLeaveEvenFromWithin) {
  int heard = 0;
  uint64_t handle = 0;
  handle = inbox_.subscribe(7, [&](int64_t) {
    ++heard;
    inbox_.unsubscribe(handle);
  });
  inbox_.changed(8, 1);
  inbox_.changed(7, 1);
  inbox_.changed(7, 2);
  EXPECT_EQ(heard, 1);
}

}  // namespace
}  // namespace herald::inbox
