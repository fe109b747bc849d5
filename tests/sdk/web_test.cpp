#include "sdk/fixture.hpp"

using herald::Completion;
using herald::Delivery;
using herald::Exchange;
using herald::Incoming;
using herald::Response;
using herald_test::Probe;
using Sdk = herald_test::SdkTest;

namespace {
herald::Principal person(std::string user) { return {HERALD_PRINCIPAL_USER, std::move(user)}; }
}  // namespace

TEST_F(Sdk, MountedRouteSeesPathQueryAndPrincipal) {
  script.start = [](Probe& p) {
    p.host().mount(
        {.methods = "GET", .path = "/n/{user}"}, [](const Incoming& r, const Exchange& ex) {
          ex.respond(Response::plain(r.user + "|" + std::string{r.query_value("a")} + "|" +
                                     r.who.user + "|" + std::string{r.header("x-y")}));
        });
    p.host().mount({.methods = "GET", .path = "/n/poll"}, [](const Incoming&, const Exchange& ex) {
      ex.respond(Response::plain("poll"));
    });
  };
  host.store.people = {{{"phone", "+237691924173"}, "42"}};
  start();
  EXPECT_EQ(host.request("GET", "/n/%2B237691924173?a=1%202",
                         {.headers = {{"X-Y", "z"}}, .who = person("42")})
                .response.body,
            "42|1 2|42|z");
  EXPECT_EQ(host.request("GET", "/n/poll", {.who = person("poll")}).response.body, "poll");
  EXPECT_EQ(host.request("GET", "/n/43", {.who = person("42")}).response.status, 404u);
  EXPECT_EQ(host.request("GET", "/n/42").response.status, 401u);
  EXPECT_EQ(host.request("POST", "/n/42", {.who = person("42")}).response.status, 404u);
  EXPECT_EQ(finish(), "");
}

TEST_F(Sdk, RoutesWithoutHandlerGoToOnRequest) {
  script.start = [](Probe& p) { p.host().mount({.path = "/x", .access = HERALD_ACCESS_ANYONE}); };
  script.request = [](Probe&, const Incoming& r, const Exchange& ex) {
    ex.respond(Response::json(R"({"path":")" + r.target + "\"}", 201));
  };
  start();
  const auto& seen = host.request("GET", "/x");
  EXPECT_EQ(seen.response.status, 201u);
  EXPECT_EQ(seen.response.body, R"({"path":"/x"})");
  EXPECT_EQ(herald::header(seen.response.headers, "content-type"), "application/json");
}

TEST_F(Sdk, AThrowingHandlerAnswers500) {
  script.start = [](Probe& p) {
    p.host().mount({.path = "/x", .access = HERALD_ACCESS_ANYONE},
                   [](const Incoming&, const Exchange&) { throw std::runtime_error{"secret"}; });
  };
  start();
  const auto& seen = host.request("GET", "/x");
  EXPECT_EQ(seen.response.status, 500u);
  EXPECT_EQ(seen.response.body.find("secret"), std::string::npos);
  EXPECT_EQ(finish(), "");
}

TEST_F(Sdk, ARefusedRouteIsLogged) {
  host.fail_next("mount", HERALD_E_DENIED);
  script.start = [](Probe& p) { p.host().mount({.path = "/admin"}); };
  start();
  EXPECT_TRUE(host.core.logged("route refused"));
}

TEST_F(Sdk, TwoAnswersAreAViolation) {
  script.start = [](Probe& p) {
    p.host().mount({.path = "/x", .access = HERALD_ACCESS_ANYONE},
                   [](const Incoming&, const Exchange& ex) {
                     ex.begin(Response::plain("a"));
                     EXPECT_EQ(ex.respond(Response::plain("b")), HERALD_E_STATE);
                     ex.end();
                   });
  };
  start();
  EXPECT_EQ(host.request("GET", "/x").response.body, "a");
  EXPECT_NE(finish().find("answered twice"), std::string::npos);
}

TEST_F(Sdk, StreamsFeelBackPressureAndEndings) {
  std::optional<Exchange> stream;
  std::string heard;
  script.start = [&](Probe& p) {
    p.host().mount({.path = "/s", .access = HERALD_ACCESS_ANYONE, .flags = HERALD_ROUTE_STREAM},
                   [&](const Incoming&, const Exchange& ex) {
                     stream = ex;
                     ex.on_writable([&](bool skipped) { heard += skipped ? 'S' : 'w'; });
                     ex.on_closed([&](herald_status s) { heard += s == HERALD_OK ? 'o' : 'x'; });
                     ex.begin(Response::plain("1"));
                   });
  };
  start();
  const auto id = host.request("GET", "/s").id;
  EXPECT_EQ(stream->write("2"), HERALD_OK);
  host.http.set_full(id, true);
  EXPECT_EQ(stream->write("3"), HERALD_E_LIMIT);
  host.http.set_full(id, false);
  host.run();
  EXPECT_EQ(heard, "w");
  host.http.disconnect(id);
  host.run();
  EXPECT_EQ(heard, "wx");
  EXPECT_EQ(stream->write("4"), HERALD_E_STATE);
  EXPECT_EQ(host.http.seen(id).response.body, "12");
  EXPECT_EQ(finish(), "");
}

TEST_F(Sdk, WriteManyTellsTheSlowOneThatItMissedSomething) {
  std::vector<herald_exchange> all;
  int skipped = 0;
  Probe* probe = nullptr;
  script.start = [&](Probe& p) {
    probe = &p;
    p.host().mount({.path = "/s", .access = HERALD_ACCESS_ANYONE, .flags = HERALD_ROUTE_STREAM},
                   [&](const Incoming&, const Exchange& ex) {
                     all.push_back(ex.id());
                     ex.on_writable([&](bool s) { skipped += s; });
                     ex.begin(Response::plain(""));
                   });
  };
  start();
  const auto slow = host.request("GET", "/s").id;
  const auto fast = host.request("GET", "/s").id;
  host.http.set_full(slow, true);
  EXPECT_EQ(probe->host().write_many(all, "!"), HERALD_OK);
  host.http.set_full(slow, false);
  host.run();
  EXPECT_EQ(host.http.seen(fast).response.body, "!");
  EXPECT_EQ(host.http.seen(slow).response.body, "");
  EXPECT_EQ(skipped, 1);
}

TEST_F(Sdk, WebSocketsCarryTextBothWays) {
  script.start = [](Probe& p) {
    p.host().mount({.path = "/ws", .access = HERALD_ACCESS_ANYONE, .flags = HERALD_ROUTE_WEBSOCKET},
                   [](const Incoming&, const Exchange& ex) {
                     ex.ws_accept();
                     ex.on_revoked([ex] { ex.ws_send("revoked"); });
                     ex.on_text([ex](std::string_view text) {
                       ex.ws_send("echo " + std::string{text});
                       if (text == "bye") ex.ws_close(1000);
                     });
                   });
  };
  start();
  const auto id = host.request("GET", "/ws").id;
  host.http.ws_text(id, "hello");
  host.http.revoke(id);
  host.http.ws_text(id, "bye");
  host.run();
  const auto& seen = host.http.seen(id);
  EXPECT_TRUE(seen.websocket);
  EXPECT_EQ(seen.sent, (std::vector<std::string>{"echo hello", "revoked", "echo bye"}));
  EXPECT_EQ(seen.close_code, 1000u);
  EXPECT_EQ(finish(), "");
}

TEST_F(Sdk, AppendAnswersTheDeliveryAndIsIdempotent) {
  std::vector<uint64_t> ids;
  script.deliver = [&](Probe& p, const Delivery& d, Completion done) {
    p.host().inbox_append(std::move(done),
                          {.type = d.message.type, .text = "<b>", .actions = d.message.actions},
                          [&](herald::Items items) { ids.push_back(items.items.at(0).id); });
  };
  start();
  const herald::Message m{.herald_id = "h1",
                          .type = "provider_request",
                          .user = "42",
                          .actions = {{"yes", "OUI", "OUI"}}};
  const auto first = host.deliver(m), again = host.deliver(m);
  ASSERT_NE(host.outcome(first), nullptr);
  EXPECT_EQ(host.outcome(first)->result, HERALD_ACCEPTED);
  EXPECT_EQ(host.outcome(again)->result, HERALD_ACCEPTED);
  ASSERT_EQ(ids.size(), 2u);
  EXPECT_EQ(ids[0], ids[1]);
  const auto& rows = host.inbox.boxes["42"].rows;
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].item.text, "<b>");
  EXPECT_EQ(rows[0].item.type, "provider_request");
  EXPECT_TRUE(rows[0].item.open_question);
  EXPECT_EQ(finish(), "");
}

TEST_F(Sdk, AFailedAppendIsStillAnswered) {
  script.deliver = [](Probe& p, const Delivery&, Completion done) {
    p.host().inbox_append(std::move(done), {.text = "x"});
  };
  start();
  host.fail_next("append", HERALD_E_LIMIT);
  const auto busy = host.deliver({.herald_id = "h", .user = "42"});
  ASSERT_NE(host.outcome(busy), nullptr);
  EXPECT_EQ(host.outcome(busy)->result, HERALD_RETRY);
  const auto nobody = host.deliver({.herald_id = "h"});
  ASSERT_NE(host.outcome(nobody), nullptr);
  EXPECT_EQ(host.outcome(nobody)->result, HERALD_REJECTED);
  EXPECT_EQ(finish(), "");
}

TEST_F(Sdk, ListGivesNoEvidenceUntilEveryByteIsWritten) {
  std::vector<uint64_t> changes;
  script.start = [&](Probe& p) {
    p.host().inbox_subscribe("42", [&](uint64_t seq) { changes.push_back(seq); });
    p.host().mount({.path = "/n/{user}"}, [&p](const Incoming&, const Exchange& ex) {
      p.host().inbox_list(ex, {}, [&p, ex](herald::Items list) {
        std::vector<uint64_t> ids;
        for (const auto& item : list.items) ids.push_back(item.id);
        ex.on_closed([&p, ex, ids](herald_status s) {
          if (s == HERALD_OK) p.host().inbox_seen(ex, ids, HERALD_SEEN_DELIVERED);
        });
        ex.respond(
            Response::plain(std::to_string(list.items.size()) + "/" + std::to_string(list.unread)));
      });
    });
  };
  start();
  host.inbox.add("42", {.text = "one"});
  host.inbox.add("42", {.text = "two"});
  host.inbox.add("43", {.text = "not yours"});
  EXPECT_EQ(
      host.request("GET", "/n/42", {.who = person("42"), .client_vanishes = true}).response.body,
      "2/2");
  EXPECT_FALSE(host.inbox.boxes["42"].rows[0].delivered);
  host.request("GET", "/n/42", {.who = person("42")});
  EXPECT_TRUE(host.inbox.boxes["42"].rows[0].delivered);
  EXPECT_FALSE(host.inbox.boxes["42"].rows[0].item.read);
  EXPECT_EQ(changes, (std::vector<uint64_t>{1, 2}));
  EXPECT_EQ(finish(), "");
}

TEST_F(Sdk, InboxPagesMarksAndClearsOnlyItsOwner) {
  herald::Items list;
  std::vector<herald_status> marked;
  herald::InboxQuery query;
  std::vector<uint64_t> ids;
  script.start = [&](Probe& p) {
    p.host().mount({.path = "/l/{user}"}, [&](const Incoming&, const Exchange& ex) {
      p.host().inbox_list(ex, query, [&, ex](herald::Items l) {
        list = std::move(l);
        ex.respond({});
      });
    });
    p.host().mount({.path = "/r/{user}"}, [&](const Incoming&, const Exchange& ex) {
      p.host().inbox_seen(ex, ids, HERALD_SEEN_READ, [&, ex](herald::Done d) {
        marked.push_back(d.status);
        ex.respond({});
      });
    });
    p.host().mount({.path = "/c/{user}"}, [&](const Incoming&, const Exchange& ex) {
      p.host().inbox_clear(ex, 0, [ex](herald::Done) { ex.respond({}); });
    });
  };
  start();
  host.inbox.keep = 3;
  for (int i = 0; i < 5; ++i) host.inbox.add("42", {.text = std::to_string(i)});
  const auto foreign = host.inbox.add("43", {.text = "other"}).id;
  const auto go = [&](const char* path) { host.request("GET", path, {.who = person("42")}); };

  go("/l/42");
  ASSERT_EQ(list.items.size(), 3u);
  EXPECT_EQ(list.items.front().text, "2");
  EXPECT_EQ(list.unread, 3u);
  EXPECT_EQ(list.older_unread, 2u);
  EXPECT_LT(list.items[0].at_unix_us, list.items[1].at_unix_us);
  const auto cursor = list.cursor;

  query = {.history = true, .limit = 2};
  go("/l/42");
  ASSERT_EQ(list.items.size(), 2u);
  EXPECT_TRUE(list.more);
  EXPECT_EQ(list.items.back().text, "4") << "the newest, oldest first";

  ids = {list.items[0].id, foreign};
  go("/r/42");
  ids = {list.items[0].id};
  go("/r/42");
  go("/r/42");
  EXPECT_EQ(marked, (std::vector<herald_status>{HERALD_E_NOT_FOUND, HERALD_OK, HERALD_OK}));
  EXPECT_FALSE(host.inbox.boxes["43"].rows[0].item.read);

  query = {.after_seq = cursor};
  go("/l/42");
  ASSERT_EQ(list.items.size(), 1u) << "only what changed";
  EXPECT_TRUE(list.items[0].read);

  go("/c/42");
  query = {.changes = true, .after_seq = list.cursor};
  go("/l/42");
  EXPECT_EQ(list.items.size(), 3u) << "items that left the list are changes too";
  EXPECT_EQ(list.unread, 0u);
  query = {.after_seq = 1000};
  go("/l/42");
  EXPECT_TRUE(list.gap);
  EXPECT_EQ(finish(), "");
}
