#include "webchat_test.hpp"

namespace webchat_test {
namespace {

using std::chrono::seconds;

/// One event as a browser would dispatch it.
struct Event {
  std::string id, type = "message", data;
};

class EventStream : public Webchat {
 protected:
  herald_exchange open(const std::string& last = {}, const Principal& who = person(),
                       const std::string& query = {}) {
    herald::Fields headers;
    if (!last.empty()) headers.emplace_back("last-event-id", last);
    const auto id = host.http.request("GET", "/notifications/stream/42" + query,
                                      {.headers = headers, .who = who});
    host.run();
    return id;
  }
  std::vector<Event> events(herald_exchange id) {
    std::vector<Event> out;
    std::string_view rest = host.http.seen(id).response.body;
    while (!rest.empty()) {
      const auto end = rest.find("\n\n");
      EXPECT_NE(end, rest.npos) << "an event without its end";
      if (end == rest.npos) break;
      Event event;
      auto lines = rest.substr(0, end);
      rest.remove_prefix(end + 2);
      bool any = false;
      while (!lines.empty()) {
        const auto line = lines.substr(0, lines.find('\n'));
        lines.remove_prefix(std::min(line.size() + 1, lines.size()));
        for (auto& [name, value] : {std::pair<std::string_view, std::string*>{"id: ", &event.id},
                                    {"event: ", &event.type},
                                    {"data: ", &event.data}})
          if (line.starts_with(name)) *value = line.substr(name.size()), any = true;
      }
      if (any) out.push_back(event);
    }
    return out;
  }
  static boost::json::object data(const Event& event) {
    return boost::json::parse(event.data).as_object();
  }
};

// covers: S37 S39
TEST_F(EventStream, BeginsWithTheListAndGoesOnWithWhatHappens) {
  add("one");
  const auto id = open();
  const auto& seen = host.http.seen(id);
  EXPECT_EQ(seen.response.status, 200u);
  EXPECT_EQ(herald::header(seen.response.headers, "content-type"),
            "text/event-stream; charset=utf-8");
  EXPECT_TRUE(seen.response.body.starts_with("retry: 2000\n\n"));
  add("two\nlines");
  host.run();
  json(post(inbox + "/mark-read/1"));
  const auto got = events(id);
  ASSERT_EQ(got.size(), 3u);
  EXPECT_EQ(ids(data(got[0])), std::vector<int64_t>{1});
  EXPECT_EQ(ids(data(got[1])), std::vector<int64_t>{2});
  EXPECT_EQ(data(got[1]).at("notifications").at(0).at("text").as_string(), "two\nlines");
  EXPECT_EQ(data(got[1]).at("unread_count"), 2);
  EXPECT_EQ(data(got[2]).at("changes").at(0).at("read"), true);
  EXPECT_EQ(data(got[2]).at("unread_count"), 1);
  for (const auto& event : got) EXPECT_EQ(data(event).at("cursor").as_string(), event.id);
}

// covers: F58
TEST_F(EventStream, ResumesWithoutGapOrRepeatWhereItWasCut) {
  add("one");
  const auto first = open();
  add("two");
  host.run();
  host.http.disconnect(first);
  add("three");
  const auto last = events(first).back().id;
  const auto second = open(last);
  EXPECT_EQ(ids(data(events(second).at(0))), std::vector<int64_t>{3});
  EXPECT_EQ(ids(data(events(open({}, person(), "?cursor=" + last)).at(0))),
            std::vector<int64_t>{3});
}

TEST_F(EventStream, TheBrowsersLastEventBeatsTheCursorThePageAskedWith) {
  add("one");
  const auto old = events(open()).at(0).id;
  add("two");
  const auto fresh = events(open()).at(0).id;
  const auto again = open(fresh, person(), "?cursor=" + old);
  EXPECT_EQ(ids(data(events(again).at(0))), std::vector<int64_t>{});
}

// covers: F58
TEST_F(EventStream, AnIdThatSaysNothingHereBeginsAnewAndSaysSo) {
  add("one");
  for (const auto* last : {"junk", "1.99.99.99", "2.1.1.1", "' OR 1=1"}) {
    const auto page = data(events(open(last)).at(0));
    EXPECT_EQ(page.at("gap"), true) << last;
    EXPECT_EQ(ids(page), std::vector<int64_t>{1}) << last;
  }
  EXPECT_EQ(get("/notifications/stream/42?cursor=junk").response.status, 400u);
}

TEST_F(EventStream, ItemsCountAsDeliveredWhenTheClientNamesThem) {
  const auto one = add("one").id;
  const auto id = open();
  const auto two = add("two").id;
  host.run();
  EXPECT_FALSE(delivered(one));
  EXPECT_FALSE(delivered(two)) << "written is not read by anybody yet";
  const auto got = events(id);
  json(post(inbox + "/ack", R"({"cursor":")" + got[0].id + R"("})"));
  EXPECT_TRUE(delivered(one));
  EXPECT_FALSE(delivered(two));
  open(got[1].id);
  EXPECT_TRUE(delivered(two));
}

TEST_F(EventStream, WhatWasNeverSentIsNotAcknowledged) {
  host.inbox.keep = 2;
  const auto pushed_out = add("one").id;
  add("two");
  add("three");
  const auto last = events(open()).back().id;
  open(last);
  EXPECT_FALSE(delivered(pushed_out));
  EXPECT_TRUE(delivered(3));
}

TEST_F(EventStream, AServiceStreamsAndProvesNothing) {
  const auto one = add("one").id;
  const auto id = open({}, service("inbox:read"));
  open(events(id).at(0).id, service("inbox:read"));
  EXPECT_FALSE(delivered(one));
  EXPECT_EQ(post(inbox + "/ack", R"({"cursor":"1.0.0.1"})", service("inbox:read")).response.status,
            403u);
}

TEST_F(EventStream, AnAcknowledgementIsACursor) {
  for (const auto* body : {"", "{}", R"({"cursor":7})", R"({"cursor":"x"})", "[]"})
    expect_problem(post(inbox + "/ack", body), 400, "invalid");
  json(post(inbox + "/ack", R"({"cursor":"9.0.0.9"})"));  // another life: true of nothing
}

TEST_F(EventStream, AHeartbeatEveryFifteenQuietSeconds) {
  const auto id = open();
  const auto before = host.http.seen(id).response.body;
  host.advance(seconds{14});
  EXPECT_EQ(host.http.seen(id).response.body, before);
  host.advance(seconds{2});
  EXPECT_EQ(host.http.seen(id).response.body, before + ":\n\n");
  add("one");
  host.run();
  host.advance(seconds{14});
  EXPECT_EQ(events(id).size(), 2u);
  EXPECT_FALSE(host.http.seen(id).response.body.ends_with("\n\n:\n\n"));
}

TEST_F(EventStream, ThoseThatCameTogetherDoNotSpeakTogether) {
  std::vector<uint64_t> streams;
  for (int i = 0; i < 5; ++i) streams.push_back(open());
  const auto spoke = [&](uint64_t id) {
    return host.http.seen(id).response.body.ends_with("\n\n:\n\n");
  };
  host.advance(seconds{12});
  EXPECT_TRUE(spoke(streams.back()));
  EXPECT_FALSE(spoke(streams.front()));
  host.advance(seconds{4});
  EXPECT_TRUE(spoke(streams.front()));
}

// covers: F57
TEST_F(EventStream, AReaderThatLagsCatchesUpFromTheStore) {
  const auto slow = open();
  const auto fast = open();
  host.http.set_full(slow, true);
  for (const auto* text : {"one", "two", "three"}) {
    add(text);
    host.run();
  }
  EXPECT_EQ(events(fast).size(), 4u);
  EXPECT_EQ(events(slow).size(), 1u);
  host.http.set_full(slow, false);
  host.run();
  ASSERT_EQ(events(slow).size(), 2u);
  EXPECT_EQ(ids(data(events(slow)[1])), (std::vector<int64_t>{1, 2, 3}));
}

// covers: F57
TEST_F(EventStream, AReaderThatLagsForTenSecondsIsLetGoAndResumes) {
  const auto slow = open();
  host.http.set_full(slow, true);
  add("one");
  host.advance(seconds{11});
  EXPECT_TRUE(host.http.seen(slow).ended);
  const auto again = open(events(slow).back().id);
  EXPECT_EQ(ids(data(events(again).at(0))), std::vector<int64_t>{1});
}

TEST_F(EventStream, EndsWithTheTokenAndSaysWhyAndWhere) {
  auto who = person();
  who.expires_unix_ms = host.now_unix_ms() + 5'000;
  add("one");
  const auto id = open({}, who);
  host.advance(seconds{6});
  EXPECT_TRUE(host.http.seen(id).ended);
  const auto last = events(id).back();
  EXPECT_EQ(last.type, "end");
  EXPECT_EQ(data(last).at("reason").as_string(), "expired");
  EXPECT_EQ(data(last).at("cursor").as_string(), events(id).front().id);
}

TEST_F(EventStream, EndsWhenItsTokenIsRevokedAndTellsNothingAfterwards) {
  add("one");
  const auto id = open(), other = open();
  host.http.revoke(id);
  add("two");
  host.run();
  EXPECT_TRUE(host.http.seen(id).ended);
  const auto last = events(id).back();
  EXPECT_EQ(last.type, "end");
  EXPECT_EQ(data(last).at("reason").as_string(), "revoked");
  EXPECT_EQ(data(last).at("cursor").as_string(), events(id).front().id);
  EXPECT_FALSE(host.http.seen(other).ended);
  EXPECT_EQ(ids(data(events(other).back())), std::vector<int64_t>{2});
}

TEST_F(EventStream, OfTooManyOfOnePersonTheOldestIsReplaced) {
  ASSERT_TRUE(host.configure(R"({"streams_per_user":2})").ok());
  const auto first = open();
  const auto second = open();
  const auto third = open();
  EXPECT_TRUE(host.http.seen(first).ended);
  EXPECT_EQ(data(events(first).back()).at("reason").as_string(), "replaced");
  EXPECT_FALSE(host.http.seen(second).ended);
  EXPECT_FALSE(host.http.seen(third).ended);
}

TEST_F(EventStream, BeyondAllStreamsIs503) {
  ASSERT_TRUE(host.configure(R"({"streams":1})").ok());
  open();
  expect_problem(get("/notifications/stream/42"), 503, "unavailable");
  expect_problem(get(polling + "?wait=3"), 503, "unavailable");
}

TEST_F(EventStream, ClientsAtDifferentPlacesAreAllBroughtUpToDate) {
  add("one");
  const auto from = events(open()).at(0).id;
  add("two");
  host.run();
  std::vector<herald_exchange> all{open(), open(from), open("junk")};
  add("three");
  host.run();
  for (const auto id : all) {
    std::vector<int64_t> got;
    for (const auto& event : events(id))
      for (const auto item : ids(data(event))) got.push_back(item);
    EXPECT_EQ(got.back(), 3);
    EXPECT_EQ(std::count(got.begin(), got.end(), 3), 1);
    EXPECT_EQ(std::count(got.begin(), got.end(), 2), 1);
  }
}

TEST_F(EventStream, OneThatGoesAwayIsForgotten) {
  for (int i = 0; i < 20; ++i) host.http.disconnect(open());
  host.run();
  const auto id = open();
  add("one");
  host.run();
  EXPECT_EQ(events(id).size(), 2u);
}

TEST_F(EventStream, NothingIsSentOfAnotherPersonsInbox) {
  EXPECT_EQ(get("/notifications/stream/42", person("43")).response.status, 404u);
  const auto id = open();
  host.inbox.add("43", {});
  host.run();
  EXPECT_EQ(events(id).size(), 1u);
}

}  // namespace
}  // namespace webchat_test
