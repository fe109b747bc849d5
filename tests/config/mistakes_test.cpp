// What an administrator sees: all mistakes at once, each at its place.
#include "support.hpp"

namespace herald::config {
namespace {

constexpr const char* kTen = R"(developmnt: true
http:
  address: localhost
  port: 84400
  max_connections: many
log: { level: warnning, to: sterr }
secrets:
  token: EAAG-very-secret
channels:
  webchat: { plugin: webchat, timeout: 30 }
  whatsapp:
    enabled: yes
routes:
  - name: default
    chain:
      - { channel: webchat, until: seen, within: 2 minutes }
)";

TEST(Mistakes, AllAtOnceWithLineColumnAndCaret) {
  const Loaded l{kTen};
  ASSERT_FALSE(l.result);
  EXPECT_EQ(l.shown(), R"(t.yaml:1:1: error: unknown key `developmnt`; did you mean `development`?
  1 | developmnt: true
    | ^
t.yaml:3:12: error: `http.address` must be an IPv4 or IPv6 address such as 127.0.0.1 or ::1, not a name
  3 |   address: localhost
    |            ^
t.yaml:4:9: error: `http.port` must be a whole number from 0 to 65535, not `84400`
  4 |   port: 84400
    |         ^
t.yaml:5:20: error: `http.max_connections` must be a whole number from 1 to 1000000, not `many`
  5 |   max_connections: many
    |                    ^
t.yaml:6:15: error: `log.level` must be one of `trace`, `debug`, `info`, `warning`, `error`, not `warnning`; did you mean `warning`?
  6 | log: { level: warnning, to: sterr }
    |               ^
t.yaml:6:29: error: `log.to` must be stderr, journal or a path with a slash; did you mean `stderr`?
  6 | log: { level: warnning, to: sterr }
    |                             ^
t.yaml:8:10: error: the value of secret `token` must not stand in the configuration; put it into a file and write {file: PATH}, or {credential: NAME}
  8 |   token: •••
    |          ^
t.yaml:10:40: error: `channels.webchat.timeout` must be a duration such as 30s, 2m or 1h30m, not `30`
  10 |   webchat: { plugin: webchat, timeout: 30 }
     |                                        ^
t.yaml:12:5: error: `plugin` is missing in `channels.whatsapp`: the plugin that this channel is an instance of
  12 |     enabled: yes
     |     ^
t.yaml:12:14: error: `channels.whatsapp.enabled` must be true or false, not `yes`
  12 |     enabled: yes
     |              ^
t.yaml:16:36: error: `routes[0].chain[0].until` must be one of `accepted`, `delivered`, `read`, `answered`, not `seen`
  16 |       - { channel: webchat, until: seen, within: 2 minutes }
     |                                    ^
t.yaml:16:50: error: `routes[0].chain[0].within` must be a duration such as 30s, 2m or 1h30m, not `2 minutes`
  16 |       - { channel: webchat, until: seen, within: 2 minutes }
     |                                                  ^
)");
  EXPECT_EQ(l.diagnostics.errors(), 12U);
  EXPECT_EQ(l.result.error().code, base::Code::invalid);
  EXPECT_EQ(l.result.error().message.substr(0, 33), "12 mistakes in the configuration;");
}

TEST(Mistakes, OfAnAge) {
  for (const auto& [written, why] :
       {std::pair{"90", "must be never, or a duration such as 90d, not `90`"},
        std::pair{"-1d", "must be never, or a duration such as 90d, not `-1d`"},
        std::pair{"Never", "must be never, or a duration such as 90d, not `Never`"},
        std::pair{"[90d]", "must be never, or a duration such as 90d"},
        std::pair{"0s", "must be a duration from 2d to 3650d, not `0s`"},
        std::pair{"47h", "must be a duration from 2d to 3650d, not `47h`"}}) {
    const Loaded l{"store:\n  retention: { ended: " + std::string{written} + " }"};
    EXPECT_FALSE(l.result);
    EXPECT_THAT(l.shown(), testing::StartsWith("t.yaml:2:23: error: `store.retention.ended` " +
                                               std::string{why}))
        << written;
  }
}

TEST(Mistakes, NoInlineSecretIsEverShown) {
  for (const auto* text : {"secrets: { key: hunter2hunter2 }\n",
                           "secrets:\n  key: { value: hunter2hunter2, file: /x }\n",
                           "secrets:\n  key:\n    valeu: hunter2hunter2\n",
                           "store: { url: \"postgresql://me:hunter2hunter2@db/h\" }\n"}) {
    const Loaded l{text};
    ASSERT_FALSE(l.result) << text;
    EXPECT_EQ(l.shown().find("hunter2"), std::string::npos) << l.shown();
    EXPECT_EQ(l.result.error().message.find("hunter2"), std::string::npos);
  }
}

TEST(Mistakes, ColumnsCountCharactersNotBytes) {
  const Loaded l{"locale: fr # \nlog: { to: \"é€\", level: 😀nfo }\n"};
  EXPECT_THAT(l.shown(), testing::HasSubstr("t.yaml:2:25: error: `log.level`"));
  EXPECT_THAT(l.shown(),
              testing::HasSubstr(
                  "\n  2 | log: { to: \"é€\", level: 😀nfo }\n    |                         ^\n"));
}

TEST(Mistakes, TerminalSequencesInTheFileAreNotPassedOn) {
  const Loaded l{"locale: \"\\e[31mred\"\n"};
  ASSERT_FALSE(l.result);
  EXPECT_EQ(l.shown().find('\033'), std::string::npos);
  EXPECT_NE(l.diagnostics.render(true).find("\033[31m"), std::string::npos);  // our own colours
}

TEST(Mistakes, ALongLineIsShownAroundTheCaret) {
  const Loaded l{"log: { level: " + std::string(3000, 'x') + ", format: nope }\n"};
  const auto shown = l.shown();
  EXPECT_THAT(shown, testing::HasSubstr("`log.format` must be one of"));
  EXPECT_LT(shown.size(), 1500U);
  EXPECT_THAT(shown, testing::HasSubstr("xxxxx, format: nope }\n"));
}

TEST(Mistakes, OnlyTheFirstHundredAreKept) {
  std::string text;
  for (int i = 0; i < 300; ++i) text += "zzz" + std::to_string(i) + ": 1\n";
  const Loaded l{text};
  EXPECT_EQ(l.diagnostics.errors(), 300U);
  EXPECT_EQ(l.diagnostics.all().size(), Diagnostics::kMost);
  EXPECT_THAT(l.shown(), testing::EndsWith("... and 200 more\n"));
}

struct Case {
  const char* text;
  const char* says;
};
class Single : public testing::TestWithParam<Case> {};

TEST_P(Single, IsSaidAtItsPlace) {
  const Loaded l{GetParam().text};
  EXPECT_FALSE(l.result);
  EXPECT_EQ(l.diagnostics.errors(), 1U) << l.shown();
  EXPECT_THAT(l.shown(), testing::HasSubstr(GetParam().says));
}

INSTANTIATE_TEST_SUITE_P(
    Mistakes, Single,
    testing::Values(
        Case{"development: true\nhttp: { address: 0.0.0.0 }\n",
             "t.yaml:1:14: error: `development: true` needs no credentials"},
        Case{"http: { trusted_proxies: [10.0.0.0/40] }\n",
             "1:27: error: `http.trusted_proxies[0]` must be an address or a network"},
        Case{"http: { allowed_origins: [\"https://a.example/path\"] }\n", "must be an origin"},
        Case{"http: { allowed_origins: [\"*\"] }\n", "must be an origin"},
        Case{"http: 8440\n", "1:7: error: `http` must be a section"},
        Case{"http: { port: \"8440\" }\n", "must be a whole number"},
        Case{"http: { port: }\n",
             "`http.port` must be a whole number from 0 to 65535, but nothing stands here"},
        Case{"store: { url: \"sqlite::memory:\" }\n", "must be sqlite:PATH"},
        Case{"log: { to: /no/such/folder/herald.log }\n",
             "lies in /no/such/folder, which is no folder"},
        Case{"time_zone: Africa/Duala\n", "must be a time zone"},
        Case{"time_zone: ../../etc/passwd\n", "must be a time zone"},
        Case{"directory: { region: Cameroon }\n", "must be a country code"},
        Case{"directory: { unknown_recipient: creat }\n", "did you mean `create`?"},
        Case{"secrets: { a: { file: /no/such/file } }\n",
             "1:23: error: there is no file /no/such/file"},
        Case{"secrets: { a: { credential: ../x } }\n", "must be the name of a systemd credential"},
        Case{"secrets: { a: {} }\n", "needs one of `file` and `credential`"},
        Case{"secrets: { a: { file: /etc/hostname, credential: b } }\n",
             "needs one of `file` and `credential`"},
        Case{"channels: { w: { plugin: w, secrets: { token: whatsap } } }\nsecrets: { whatsapp: { "
             "credential: w } }\n",
             "1:47: error: there is no secret `whatsap` under `secrets`; did you mean `whatsapp`?"},
        Case{"channels: { w: { plugin: w, isolation: process } }\n",
             "`process` is not available yet; write `isolation: daemon`"},
        Case{"channels: { W: { plugin: w } }\n",
             "1:13: error: the name `W` in `channels` must begin with a small letter"},
        Case{"channels: { w: { plugin: w, grants: [root] } }\n", "must be `submit`"},
        Case{"channels: { w: { plugin: w, prefix: /api/v1/x } }\n", "must not lie in /api/v1"},
        Case{"channels: { a: { plugin: webchat }, b: { plugin: webchat } }\n",
             "channels `a` and `b` both want the HTTP prefix /api/web-chat"},
        Case{"channels: { w: { plugin: w, settings: 3 } }\n",
             "`channels.w.settings` must be a section"},
        Case{"routes: [{ name: a, chain: [x] }, { name: a, chain: [x] }]\n",
             "another route has the name `a`"},
        Case{"routes: [{ name: a, match: { kind: \"a.*.b\" }, chain: [x] }]\n",
             "`routes[0].match.kind` must be a kind"},
        Case{"routes: [{ name: a, match: { priority: urgnt }, chain: [x] }]\n",
             "must be of low, normal, high, urgent"},
        Case{"routes: [{ name: a, chain: [{ chanel: x, channel: x }] }]\n",
             "did you mean `channel`?"},
        Case{"routes: [{ name: a, chain: [{ channel: x, retry: { backoff: 5m..1s } }] }]\n",
             "such as 1s..5m"},
        Case{"routes: [{ name: a, chain: [x], expires_after: 0s }]\n",
             "must be a duration from 1s to 30d"},
        Case{"auth: { user_tokens: { keys: [{ id: a, secret: nope }] } }\n",
             "there is no secret `nope`"},
        Case{"auth: { user_tokens: { keys: [{ id: a, algorithm: RS256, secret: k }] } }\nsecrets: "
             "{ k: { credential: k } }\n",
             "must be one of `HS256`, `HS384`, `HS512`"},
        Case{"[1, 2]\n", "1:1: error: a configuration file is a list of `key: value` lines"}));

}  // namespace
}  // namespace herald::config
