#include <thread>

#include "sdk/fixture.hpp"

using herald::Completion;
using herald::Delivery;
using herald::Outcome;
using herald_test::Probe;
using Sdk = herald_test::SdkTest;

TEST_F(Sdk, DescriptorSaysWhatTheMacroSaid) {
  ASSERT_TRUE(host.load().ok());
  const auto& d = host.descriptor();
  EXPECT_EQ(herald::view(d.id), "org.example.probe");
  EXPECT_EQ(herald::view(d.interfaces), HERALD_CHANNEL);
  EXPECT_EQ(herald::view(d.addresses), "user phone");
  EXPECT_EQ(herald::view(d.formats), "text/markdown text/plain");
  EXPECT_EQ(d.flags, 0xCu);
  EXPECT_EQ(d.evidence, (1u << HERALD_RECEIPT_SENT) | (1u << HERALD_RECEIPT_READ));
  EXPECT_EQ(d.max_in_flight, 4u);
  const auto* p = host.plugin();
  const auto* table = static_cast<const herald_channel*>(
      p->get_interface(host.plugin(), herald::str(HERALD_CHANNEL)));
  ASSERT_NE(table, nullptr);
  EXPECT_EQ(table->reconcile, nullptr) << "not overridden: the host shall not ask";
  EXPECT_EQ(p->get_interface(host.plugin(), herald::str("herald.channel/2")), nullptr);
}

TEST_F(Sdk, ConfigureRefusesWithAText) {
  ASSERT_TRUE(host.load().ok());
  script.configure = [](Probe&, std::string_view json) {
    if (json != "{}") throw herald::Error{HERALD_E_INVALID, "url is missing"};
  };
  const auto refused = host.configure("[]");
  EXPECT_EQ(refused.code, HERALD_E_INVALID);
  EXPECT_EQ(refused.text, "url is missing");
  EXPECT_TRUE(host.configure("{}").ok());
  EXPECT_EQ(finish(), "");
}

TEST_F(Sdk, LongErrorTextsAreCut) {
  ASSERT_TRUE(host.load().ok());
  script.configure = [](Probe&, std::string_view) {
    throw herald::Error{HERALD_E_INVALID, std::string(2000, 'x')};
  };
  EXPECT_EQ(host.configure().text.size(), sizeof(herald_error::text));
}

TEST_F(Sdk, PostFromAnotherThreadRunsOnTheStrand) {
  std::thread worker;
  std::thread::id ran;
  script.start = [&](Probe& p) {
    worker = std::thread{[&] { p.host().post([&] { ran = std::this_thread::get_id(); }); }};
  };
  script.stop = [&](Probe&) { worker.join(); };
  start();
  EXPECT_TRUE(host.run_until([&] { return ran != std::thread::id{}; }));
  EXPECT_EQ(ran, std::this_thread::get_id());
  EXPECT_EQ(finish(), "");
}

TEST_F(Sdk, TimersFireInOrderOfTimeAndCanBeCancelled) {
  std::string order;
  herald::Timer never;
  script.start = [&](Probe& p) {
    using std::chrono::seconds;
    p.host().after(seconds{3}, [&] { order += 'c'; });
    p.host().after(seconds{1}, [&] { order += 'a'; });
    p.host().every(seconds{2}, [&] { order += '.'; });
    never = p.host().after(seconds{2}, [&] { order += '!'; });
    p.host().after(seconds{1}, [&] { never.cancel(); });
  };
  start();
  host.advance(std::chrono::milliseconds{999});
  EXPECT_EQ(order, "");
  host.advance(std::chrono::milliseconds{5001});
  EXPECT_EQ(order, "a.c..");
  EXPECT_EQ(finish(), "");
}

TEST_F(Sdk, TokensAreRoutedToTheirOwnCallbacks) {
  std::map<std::string, std::string> got;
  script.start = [&](Probe& p) {
    for (const char* url : {"https://a", "https://b", "https://c"})
      p.host().fetch({.url = url},
                     [&got, url](herald::FetchResult r) { got[url] = r.response.body; });
    p.host().kv_get("k", [&](herald::Stored s) { got["k"] = s.value; });
  };
  host.store.kv["k"] = {"v", 3, 0};
  start();
  for (const char* body : {"1", "2", "3"}) host.http.reply(herald::Response::plain(body));
  host.run();
  EXPECT_EQ(got, (std::map<std::string, std::string>{
                     {"https://a", "1"}, {"https://b", "2"}, {"https://c", "3"}, {"k", "v"}}));
  EXPECT_EQ(finish(), "");
}

TEST_F(Sdk, FetchSaysHowFarItGot) {
  std::vector<herald::FetchResult> got;
  script.start = [&](Probe& p) {
    for (int i = 0; i < 2; ++i)
      p.host().fetch({.method = "POST",
                      .url = "https://x",
                      .headers = {{"A", "b"}},
                      .body = "{}",
                      .once = true},
                     [&](herald::FetchResult r) { got.push_back(std::move(r)); });
  };
  host.http.fail(HERALD_REACHED_PERHAPS, "connection reset");
  host.http.reply({503, {{"Retry-After", "7"}}, "later"});
  start();
  ASSERT_EQ(got.size(), 2u);
  EXPECT_FALSE(got[0].ok());
  EXPECT_EQ(got[0].reached, HERALD_REACHED_PERHAPS);
  EXPECT_EQ(got[0].error, "connection reset");
  EXPECT_TRUE(got[1].ok());
  EXPECT_EQ(got[1].response.status, 503u);
  EXPECT_EQ(herald::header(got[1].response.headers, "retry-after"), "7");
  EXPECT_TRUE(host.http.fetches[0].once);
  EXPECT_EQ(host.http.fetches[0].body, "{}");
  EXPECT_EQ(finish(), "");
}

TEST_F(Sdk, CancelledFetchStillCallsBack) {
  herald_status status = HERALD_OK;
  script.start = [&](Probe& p) {
    p.host()
        .fetch({.url = "https://x"}, [&](herald::FetchResult r) { status = r.status; })
        .cancel();
  };
  start();
  EXPECT_EQ(status, HERALD_E_STATE);
  EXPECT_EQ(host.http.open_fetches(), 0u);
}

TEST_F(Sdk, ARefusedCallIsToldToItsCallbackLater) {
  herald_status status = HERALD_OK;
  bool inside = false, was_inside = true;
  host.fail_next("kv_put", HERALD_E_LIMIT);
  script.start = [&](Probe& p) {
    inside = true;
    p.host().kv_put("a", "b", [&](herald::Done d) {
      status = d.status;
      was_inside = inside;
    });
    inside = false;
  };
  start();
  EXPECT_EQ(status, HERALD_E_LIMIT);
  EXPECT_FALSE(was_inside);
  EXPECT_EQ(finish(), "");
}

TEST(SdkBareHost, MissingInterfacesAreUnsupportedNotFatal) {
  herald::testing::FakeHost host{"bare", {HERALD_HOST_KV, HERALD_HOST_METRICS, HERALD_HOST_HTTP}};
  herald_status kv = HERALD_OK, mounted = HERALD_OK;
  Probe::script() = {};
  Probe::script().start = [&](Probe& p) {
    p.host().counter("x_total", "X").record(1);
    p.host().kv_get("a", [&](herald::Stored s) { kv = s.status; });
    p.host().mount({.path = "/x"}, {}, [&](herald::Done d) { mounted = d.status; });
  };
  ASSERT_TRUE(host.load().ok());
  ASSERT_TRUE(host.start().ok());
  EXPECT_EQ(kv, HERALD_E_UNSUPPORTED);
  EXPECT_EQ(mounted, HERALD_E_UNSUPPORTED);
  EXPECT_TRUE(host.finish().empty());
}

TEST(SdkBareHost, WithoutCoreThereIsNoInstance) {
  herald::testing::FakeHost host{"bare", {HERALD_HOST_CORE}};
  const auto status = host.load();
  EXPECT_EQ(status.code, HERALD_E_UNSUPPORTED);
  EXPECT_NE(status.text.find(HERALD_HOST_CORE), std::string::npos);
}

TEST_F(Sdk, SecretsComeAgainAfterRotation) {
  std::vector<std::string> got;
  script.start = [&](Probe& p) {
    p.host().watch_secret("token", [&](herald::Secret s) {
      got.push_back(s.ok() ? std::string{s.value} : std::string{herald::describe(s.status)});
    });
  };
  start();
  host.core.set_secret("token", "one");
  host.core.set_secret("other", "x");
  host.core.set_secret("token", "two");
  host.run();
  EXPECT_EQ(got, (std::vector<std::string>{"not found", "one", "two"}));
}

TEST_F(Sdk, LogAndMetricsCarryTheirFields) {
  script.start = [](Probe& p) {
    p.host().warn("slow", {{"ms", "12"}});
    const auto sent = p.host().counter("sent_total", "Messages sent");
    sent.record(1, {{"result", "ok"}});
    sent.record(2);
  };
  start();
  ASSERT_EQ(host.core.logs.size(), 1u);
  EXPECT_EQ(host.core.logs[0].level, static_cast<uint32_t>(HERALD_LOG_WARN));
  EXPECT_EQ(host.core.logs[0].fields, (herald::Fields{{"ms", "12"}}));
  EXPECT_EQ(host.core.total("sent_total"), 3);
  EXPECT_EQ(host.core.samples[0].labels, (herald::Fields{{"result", "ok"}}));
}

TEST_F(Sdk, AThrowingCallbackIsLoggedAndItsCompletionAnswered) {
  script.deliver = [](Probe& p, const Delivery&, Completion done) {
    p.host().post([done = std::move(done)] { throw std::runtime_error{"bad parse"}; });
  };
  start();
  const auto op = host.deliver({});
  ASSERT_NE(host.outcome(op), nullptr);
  EXPECT_EQ(host.outcome(op)->result, HERALD_UNKNOWN);
  EXPECT_TRUE(host.core.logged("threw an exception"));
  EXPECT_EQ(finish(), "");
}

TEST_F(Sdk, UnknownEventsReachEventAndHarmNothing) {
  uint32_t type = 0;
  script.event = [&](Probe&, const herald_event& ev) { type = ev.type; };
  start();
  host.send(herald::testing::Loop::event(9999, 1));
  EXPECT_EQ(type, 9999u);
  EXPECT_EQ(finish(), "");
}
