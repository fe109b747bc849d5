#include "webchat_test.hpp"

namespace webchat_test {
namespace {

class Etag : public Webchat {
 protected:
  static std::string tag(const Seen& seen) {
    return std::string{herald::header(seen.response.headers, "etag")};
  }
  Seen again(const std::string& target, const std::string& known) {
    return host.request("GET", target, {.headers = {{"if-none-match", known}}, .who = person()});
  }
};

// covers: S38
TEST_F(Etag, WhatIsKnownIsNotSentAgain) {
  add("one");
  for (const auto& target : {inbox, polling, polling + "?cursor=1.0.0.0"}) {
    const auto first = get(target);
    ASSERT_NE(tag(first), "");
    for (const auto& known : {tag(first), "\"other\", " + tag(first), tag(first).substr(2)}) {
      const auto second = again(target, known);
      EXPECT_EQ(second.response.status, 304u) << target << known;
      EXPECT_EQ(second.response.body, "");
      EXPECT_EQ(tag(second), tag(first));
    }
    EXPECT_EQ(again(target, "W/\"x\"").response.status, 200u);
    EXPECT_EQ(again(target, "*").response.status, 200u) << "only our own tags";
  }
}

TEST_F(Etag, EveryChangeMakesAnotherOne) {
  auto known = tag(get(inbox));
  const auto changes = [&] {
    const auto next = again(inbox, known);
    const bool changed = next.response.status == 200 && tag(next) != known;
    known = tag(next);
    return changed;
  };
  EXPECT_FALSE(changes());
  add("one");
  EXPECT_TRUE(changes());
  json(post(inbox + "/mark-read/1"));
  EXPECT_TRUE(changes());
  json(post(inbox + "/mark-read/1"));
  EXPECT_FALSE(changes());
  json(post(inbox + "/clear"));
  EXPECT_TRUE(changes());
  host.inbox.epoch = 7;
  EXPECT_TRUE(changes());
}

TEST_F(Etag, AnAnswerWithoutItemsIsNoEvidence) {
  const auto known = tag(get(inbox, service("inbox:read")));
  const auto id = add("one").id;
  const auto now = tag(get(inbox, service("inbox:read")));
  ASSERT_NE(now, known);
  EXPECT_EQ(again(inbox, now).response.status, 304u);
  EXPECT_FALSE(delivered(id));
}

/// The host may give the answer again by itself.
bool lasts(const Seen& seen) { return (seen.response.flags & HERALD_ANSWER_UNTIL_CHANGE) != 0; }

TEST_F(Etag, AnAnswerLastsOnceGivingItAgainProvesNothing) {
  add("one");
  EXPECT_TRUE(lasts(get(inbox, service("inbox:read")))) << "a service gives no evidence";
  EXPECT_FALSE(lasts(get(inbox))) << "the person has it now";
  const auto known = get(inbox);
  EXPECT_TRUE(lasts(known));
  EXPECT_TRUE(lasts(again(inbox, tag(known))));
  EXPECT_FALSE(lasts(get(polling))) << "server_time";
  EXPECT_TRUE(lasts(again(polling, tag(get(polling)))));
}

TEST_F(Etag, APollLastsUnlessItsCursorIsEvidence) {
  add("one");
  const auto cursor = [&](const std::string& from) {
    const auto seq = json(get(polling)).at("cursor").as_string();
    const auto epoch = std::string{seq.begin(), std::find(seq.begin(), seq.end(), '.')};
    return polling + "?cursor=" + epoch + "." + from + ".1.1";
  };
  const auto own = cursor("1"), of_a_stream = cursor("0");
  EXPECT_TRUE(lasts(again(own, tag(get(own)))));
  const auto brought_back = again(of_a_stream, tag(get(of_a_stream)));
  EXPECT_EQ(brought_back.response.status, 304u);
  EXPECT_FALSE(lasts(brought_back));
}

}  // namespace
}  // namespace webchat_test
