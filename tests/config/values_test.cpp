// Settings as they arrive in the typed configuration.
#include "support.hpp"

namespace herald::config {
namespace {

using namespace std::chrono_literals;

TEST(Values, OfTheDaemon) {
  const Loaded l{R"(
development: true
http:
  address: "::1"
  port: 0
  public_url: https://herald.example.org/
  trusted_proxies: 127.0.0.1
  allowed_origins: ["https://shop.example.org", "http://localhost:3000"]
control: { group: staff }
log: { level: debug, format: json, to: journal }
directory: { region: FR, unknown_recipient: create }
inbox: { keep: 25 }
limits: { backlog: 5 }
)"};
  ASSERT_TRUE(l.result) << l.shown();
  EXPECT_TRUE(l->development);
  EXPECT_EQ(l->http.address, "::1");
  EXPECT_EQ(l->http.port, 0U);
  EXPECT_EQ(l->http.public_url, "https://herald.example.org");
  EXPECT_THAT(l->http.trusted_proxies, testing::ElementsAre("127.0.0.1"));
  EXPECT_THAT(l->http.allowed_origins,
              testing::ElementsAre("https://shop.example.org", "http://localhost:3000"));
  EXPECT_EQ(l->control.group, "staff");
  EXPECT_EQ(l->control.admin_group, "herald-admin");
  EXPECT_EQ(l->log.level, base::LogLevel::debug);
  EXPECT_EQ(l->log.format, LogFormat::json);
  EXPECT_EQ(l->log.to, "journal");
  EXPECT_EQ(l->directory.region, "FR");
  EXPECT_TRUE(l->directory.create_unknown);
  EXPECT_EQ(l->inbox_keep, 25U);
  EXPECT_EQ(l->limits.backlog, 5U);
}

TEST(Values, OfRetention) {
  const Loaded l{"store: { retention: { ended: 90d } }"};
  ASSERT_TRUE(l.result) << l.shown();
  EXPECT_EQ(l->store.retention.ended, 24h * 90);
  const Loaded never{"store: { retention: { ended: never } }"};
  ASSERT_TRUE(never.result) << never.shown();
  EXPECT_EQ(never->store.retention.ended, 0h);
  EXPECT_EQ(
      Loaded { "" } -> store.retention.ended, 0h)
      << "everything is kept unless somebody says so";
}

TEST(Values, OfLimits) {
  const Loaded l{R"(
quiet_hours: 22:00-07:30
channels:
  a: { plugin: log, rate: 80/s, recipient_rate: 1/6s, recipient_burst: 3, quiet_hours: none }
  b: { plugin: log, rate: 100 / 1m, burst: 5 }
  c: { plugin: log }
)"};
  ASSERT_TRUE(l.result) << l.shown();
  EXPECT_EQ(l->quiet_hours, (model::QuietHours{22h, 7h + 30min}));
  const auto& a = l->channel("a")->limits;
  EXPECT_EQ(a.rate, (model::Rate{80, 1s}));
  EXPECT_EQ(a.rate.interval(), 12'500us);
  EXPECT_EQ(a.recipient_rate.interval(), 6s);
  EXPECT_EQ(a.recipient_burst, 3U);
  EXPECT_EQ(a.quiet_hours, model::QuietHours{});
  EXPECT_EQ(l->channel("b")->limits.rate.interval(), 600ms);
  EXPECT_EQ(l->channel("b")->limits.burst, 5U);
  EXPECT_EQ(l->channel("c")->limits, model::ChannelLimits{});
}

TEST(Values, LimitsThatCannotBeMeantAreNamed) {
  for (const auto* line :
       {"rate: 80", "rate: 0/s", "rate: 1/0s", "rate: fast", "rate: 1/2d", "rate: 1000000/s",
        "rate: -1/s", "burst: 3", "recipient_burst: 3", "quiet_hours: 22-7",
        "quiet_hours: 22:00-24:00", "quiet_hours: 7:00-22:00", "quiet_hours: 07:00-07:00",
        "quiet_hours: 22:60-07:00", "recipient_rat: 1/s"}) {
    const Loaded l{std::string{"channels: { a: { plugin: log, "} + line + " } }\n"};
    EXPECT_FALSE(l.result) << line;
  }
}

TEST(Values, RelativePathsAreMeantFromTheFolderOfTheMainFile) {
  const Loaded l{R"(
store: { url: "sqlite:data/../herald.db" }
control: { socket: run/control }
plugins: { path: [plugins, /opt/plugins] }
templates: { settings: { folder: templates, name: templates } }
channels:
  log: { plugin: log, settings: { file: out.jsonl, ca_file: /etc/ca.pem, url_path: hooks, deep: { path: x, list: [{ folder: y }] } } }
)",
                 "/etc/herald"};
  ASSERT_TRUE(l.result) << l.shown();
  EXPECT_EQ(l->store.url, "sqlite:/etc/herald/herald.db");
  EXPECT_EQ(l->control.socket, "/etc/herald/run/control");
  EXPECT_THAT(l->plugin_path, testing::ElementsAre("/etc/herald/plugins", "/opt/plugins"));
  EXPECT_EQ(l->templates.settings_json, R"({"folder":"/etc/herald/templates","name":"templates"})");
  EXPECT_EQ(l->channels[0].settings_json,
            R"({"file":"/etc/herald/out.jsonl","ca_file":"/etc/ca.pem","url_path":"hooks",)"
            R"("deep":{"path":"/etc/herald/x","list":[{"folder":"/etc/herald/y"}]}})");
  EXPECT_EQ(l.diagnostics.all().size(), 2U);  // plugin folders that are not there are warned of
}

TEST(Values, SettingsOfPluginsBecomeJsonWithoutSpoilingNumbers) {
  const Loaded l{R"(
channels:
  w:
    plugin: w
    settings: { a: 12, b: -1.5, c: true, d: null, e: "12", f: +237691924173, g: 0691924173, h: yes, i: 1e999, j: ~, k: [1, x],
                l: "true", m: 237691924173, n: "", o: .5 }
)"};
  ASSERT_TRUE(l.result) << l.shown();
  EXPECT_EQ(
      l->channels[0].settings_json,
      R"({"a":12,"b":-1.5E0,"c":true,"d":null,"e":"12","f":"+237691924173","g":"0691924173","h":"yes","i":"1e999",)"
      R"("j":null,"k":[1,"x"],"l":"true","m":237691924173,"n":"","o":".5"})");
}

TEST(Values, OfChannels) {
  const Loaded l{R"(
secrets: { wa: { credential: wa } }
channels:
  chat: { plugin: webchat }
  whatsapp: { plugin: whatsapp, enabled: false, timeout: 1m30s, max_in_flight: 7, secrets: { token: wa }, grants: [submit] }
  other: { plugin: whatsapp, prefix: /wa }
)"};
  ASSERT_TRUE(l.result) << l.shown();
  ASSERT_EQ(l->channels.size(), 3U);
  EXPECT_EQ(l->channels[0].prefix, "/api/web-chat");
  EXPECT_EQ(l->channels[0].timeout, 30s);
  EXPECT_EQ(l->channels[1].name, "whatsapp");
  EXPECT_FALSE(l->channels[1].enabled);
  EXPECT_EQ(l->channels[1].timeout, 90s);
  EXPECT_EQ(l->channels[1].max_in_flight, 7U);
  EXPECT_EQ(l->channels[1].prefix, "/hooks/whatsapp");
  EXPECT_EQ(l->channels[1].secrets.at("token"), "wa");
  EXPECT_THAT(l->channels[1].grants, testing::ElementsAre("submit"));
  EXPECT_EQ(l->channels[2].prefix, "/wa");
  EXPECT_EQ(to_string(l->channels[1].mark), "t.yaml:5:3");
  EXPECT_EQ(l->channel("other"), &l->channels[2]);
  EXPECT_EQ(l->channel("nope"), nullptr);
}

TEST(Values, OfRoutes) {
  const Loaded l{R"(
routes:
  - name: asks
    match: { kind: [provider.request, "survey.*"], priority: [high, urgent], producer: "token:*" }
    chain:
      - webchat
      - { channel: whatsapp, until: answered, within: 10m, try_for: 5m, retry: { attempts: 2, backoff: 250ms..1m } }
      - { channel: sms, retry: { backoff: 3s } }
    expires_after: 2h
    receipts_for: 1h
    rounds: { count: 1, every: 10s }
  - { name: default, chain: [log] }
)"};
  ASSERT_TRUE(l.result) << l.shown();
  ASSERT_EQ(l->routes.size(), 2U);
  const auto& r = l->routes[0];
  EXPECT_THAT(r.match.kinds, testing::ElementsAre("provider.request", "survey.*"));
  EXPECT_THAT(r.match.priorities,
              testing::ElementsAre(model::Priority::high, model::Priority::urgent));
  EXPECT_THAT(r.match.producers, testing::ElementsAre("token:*"));
  ASSERT_EQ(r.chain.size(), 3U);
  EXPECT_EQ(r.chain[0].channel, "webchat");
  EXPECT_FALSE(r.chain[0].until);
  EXPECT_EQ(to_string(r.chain[0].mark), "t.yaml:6:9");
  EXPECT_EQ(r.chain[1].until, model::Evidence::answered);
  EXPECT_EQ(r.chain[1].within, 10min);
  EXPECT_EQ(r.chain[1].try_for, 5min);
  EXPECT_EQ(r.chain[1].attempts, 2U);
  EXPECT_EQ(r.chain[1].backoff, (base::Backoff{250ms, 1min}));
  EXPECT_EQ(r.chain[2].backoff, (base::Backoff{3s, 3s}));
  EXPECT_EQ(r.expires_after, 2h);
  EXPECT_EQ(r.receipts_for, 1h);
  EXPECT_EQ(r.rounds, (model::Rounds{1, 10s}));
  EXPECT_TRUE(l->routes[1].match.any());
  EXPECT_EQ(to_string(l->mark("routes[0].chain[1].until")), "t.yaml:7:37");
  EXPECT_EQ(to_string(l->mark("routes[0].chain[1].nothing.here")), "t.yaml:7:9");
  EXPECT_EQ(to_string(l->mark("inbox.keep")), "t.yaml");
}

TEST(Values, OfTokens) {
  const Loaded l{R"(
secrets: { new: { credential: new }, old: { credential: old } }
auth:
  user_tokens:
    lifetime: 1h
    issuer: shop
    keys:
      - { id: "2026", secret: new }
      - { id: "2025", secret: old, algorithm: HS512, verify_until: 2026-01-31T12:00Z }
  cookie: token
)"};
  ASSERT_TRUE(l.result) << l.shown();
  const auto& t = l->auth.user_tokens;
  EXPECT_EQ(t.lifetime, 1h);
  EXPECT_EQ(t.audience, "herald");
  EXPECT_EQ(t.issuer, "shop");
  ASSERT_EQ(t.keys.size(), 2U);
  EXPECT_EQ(t.keys[0].algorithm, TokenAlgorithm::hs256);
  EXPECT_EQ(t.keys[0].verify_until, base::TimePoint{});
  EXPECT_EQ(t.keys[1].algorithm, TokenAlgorithm::hs512);
  EXPECT_EQ(base::to_iso8601(t.keys[1].verify_until), "2026-01-31T12:00:00.000000Z");
  EXPECT_EQ(l->auth.cookie, "token");
}

TEST(Values, EveryLoadIsAnotherGeneration) {
  const Loaded a{""}, b{""};
  EXPECT_NE(a->generation, 0U);
  EXPECT_LT(a->generation, b->generation);
}

}  // namespace
}  // namespace herald::config
