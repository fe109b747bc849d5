#include "webchat_test.hpp"

namespace webchat_test {
namespace {

using std::chrono::seconds;

class Socket : public Webchat {
 protected:
  herald_exchange open(const std::string& query = {}, const Principal& who = person()) {
    const auto id = host.http.request("GET", "/ws" + query, {.who = who});
    host.run();
    return id;
  }
  boost::json::object message(herald_exchange id, std::size_t n) {
    return boost::json::parse(host.http.seen(id).sent.at(n)).as_object();
  }
  boost::json::object last(herald_exchange id) {
    return message(id, host.http.seen(id).sent.size() - 1);
  }
  void say(herald_exchange id, const std::string& text) {
    host.http.ws_text(id, text);
    host.run();
  }
};

// covers: S39
TEST_F(Socket, CarriesWhatTheEventStreamCarries) {
  add("one");
  const auto id = open();
  EXPECT_TRUE(host.http.seen(id).websocket);
  add("two");
  host.run();
  ASSERT_EQ(host.http.seen(id).sent.size(), 2u);
  EXPECT_EQ(message(id, 0).at("type").as_string(), "inbox");
  EXPECT_EQ(ids(message(id, 0)), std::vector<int64_t>{1});
  EXPECT_EQ(ids(message(id, 1)), std::vector<int64_t>{2});
  const auto cursor = std::string{message(id, 0).at("cursor").as_string()};
  EXPECT_EQ(ids(message(open("?cursor=" + cursor), 0)), std::vector<int64_t>{2});
  EXPECT_EQ(ids(json(get(polling + "?cursor=" + cursor))), std::vector<int64_t>{2});
}

TEST_F(Socket, TakesWhatThePersonDoes) {
  const auto one = add("one").id;
  const auto id = open();
  const auto cursor = std::string{message(id, 0).at("cursor").as_string()};
  say(id, R"({"type":"ack","cursor":")" + cursor + R"(","ref":1})");
  EXPECT_EQ(boost::json::serialize(last(id)), R"({"type":"done","ref":1})");
  EXPECT_TRUE(delivered(one));
  EXPECT_FALSE(is_read(one));
  say(id, R"({"type":"read","ids":[1],"ref":2})");
  EXPECT_TRUE(is_read(one));
  bool done = false, changed = false;
  for (std::size_t i = 2; i < host.http.seen(id).sent.size(); ++i) {
    done = done || message(id, i).at("type").as_string() == "done";
    changed = changed || (message(id, i).contains("changes") &&
                          message(id, i).at("changes").as_array().size() == 1);
  }
  EXPECT_TRUE(done);
  EXPECT_TRUE(changed) << "the one who did it hears of it like everybody";
  say(id, R"({"type":"clear"})");
  EXPECT_EQ(json(get(inbox)).at("count"), 0);
}

TEST_F(Socket, SaysWhatIsWrongWithAMessage) {
  const auto id = open();
  for (const auto* text :
       {"", "x", "[]", "{}", R"({"type":"launch"})", R"({"type":"ack"})",
        R"({"type":"ack","cursor":"x"})", R"({"type":"read"})", R"({"type":"read","ids":[]})",
        R"({"type":"read","ids":["1"]})", R"({"type":"read","ids":[-1]})",
        R"({"type":"read","ids":[999]})", R"({"type":"ack","type":"clear"})"}) {
    say(id, text);
    EXPECT_EQ(last(id).at("type").as_string(), "error") << text;
  }
  EXPECT_FALSE(host.http.seen(id).ended);
}

TEST_F(Socket, EndsWithTheTokenAndSaysWhyAndWhere) {
  auto who = person();
  who.expires_unix_ms = host.now_unix_ms() + 5'000;
  const auto id = open({}, who);
  host.advance(seconds{6});
  EXPECT_EQ(last(id).at("type").as_string(), "end");
  EXPECT_EQ(last(id).at("reason").as_string(), "expired");
  EXPECT_EQ(last(id).at("cursor"), message(id, 0).at("cursor"));
  EXPECT_EQ(host.http.seen(id).close_code, 4401u);
}

TEST_F(Socket, EndsWhenItsTokenIsRevoked) {
  const auto id = open();
  host.http.revoke(id);
  host.run();
  EXPECT_EQ(last(id).at("type").as_string(), "end");
  EXPECT_EQ(last(id).at("reason").as_string(), "revoked");
  EXPECT_EQ(last(id).at("cursor"), message(id, 0).at("cursor"));
  EXPECT_EQ(host.http.seen(id).close_code, 4401u);
}

TEST_F(Socket, RefusesACursorThatIsNone) {
  EXPECT_EQ(get("/ws?cursor=x").response.status, 400u);
  EXPECT_EQ(get("/ws", service("inbox:read")).response.status, 403u);
}

}  // namespace
}  // namespace webchat_test
