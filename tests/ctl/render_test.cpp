#include "ctl/render.hpp"

#include <gtest/gtest.h>

#include "ctl/fixture.hpp"

namespace herald::ctl {
namespace {

struct Render : herald::testing::CtlTest {
  template <class F>
  std::string shown(F render, std::string_view json, bool in_colour = false) {
    std::ostringstream text;
    render(herald::testing::FakeOperations::object(json), Style{in_colour, clock.now()}, text);
    return text.str();
  }
};

constexpr std::string_view kNotification = R"({
  "id":"0h4k2","kind":"service_request.confirmed","type":"confirmation","state":"delivered","reason":"evidence_arrived",
  "ending":"delivered: whatsapp delivered","evidence":"delivered",
  "answer":{"action":"accept","channel":"whatsapp","at":"2025-07-14T09:59:30Z"},"user":42,"to":{"kind":"phone","value":"2376•••••173"},
  "producer":"uid:1000","priority":"normal","created":"2025-07-14T09:56:48Z","expires":"2025-07-15T09:56:48Z","due":null,
  "run":1,"round":2,"step":2,"route":"default",
  "chain":[{"channel":"webchat","until":"delivered","within":"2m"},{"channel":"whatsapp","until":"delivered","within":"10m"},
           {"channel":"log","until":"accepted","within":"0s"}],
  "attempts":[
    {"attempt":"a1","run":1,"round":1,"step":1,"channel":"webchat","number":1,"started":"2025-07-14T09:56:48Z",
     "ended":"2025-07-14T09:56:48.012Z","outcome":"accepted","reason":"none","detail":"","evidence":"accepted",
     "evidence_at":"2025-07-14T09:56:48Z","provider_id":"","failed":false},
    {"attempt":"a2","run":1,"round":1,"step":2,"channel":"whatsapp","number":1,"started":"2025-07-14T09:58:48Z",
     "ended":"2025-07-14T09:58:50Z","outcome":"retry","reason":"rate_limited","detail":"code 130429","evidence":"none",
     "evidence_at":null,"provider_id":"","failed":false},
    {"attempt":"a3","run":1,"round":1,"step":2,"channel":"whatsapp","number":2,"started":"2025-07-14T09:58:55Z",
     "ended":"2025-07-14T09:58:56Z","outcome":"accepted","reason":"none","detail":"","evidence":"delivered",
     "evidence_at":"2025-07-14T09:59:00Z","provider_id":"wamid.1","failed":false,"repeats":"same_channel"}],
  "steps_left":[{"run":1,"round":1,"step":1,"channel":"webchat","reason":"no_evidence_in_time","detail":"","at":"2025-07-14T09:58:48Z"}],
  "timeline":[
    {"seq":1,"at":"2025-07-14T09:56:48Z","event":"submitted","state":"queued","reason":"submitted","detail":""},
    {"seq":2,"at":"2025-07-14T09:59:00Z","event":"receipt","state":"delivered","reason":"evidence_arrived","detail":"delivered"}],
  "conversation_row":true})";

TEST_F(Render, ShowsEveryAttemptReasonAndEvidence) {
  EXPECT_EQ(shown(render_notification, kNotification), R"(Notification 0h4k2
  kind      service_request.confirmed (confirmation)
  to        user 42, phone 2376•••••173
  state     delivered: whatsapp delivered
  evidence  delivered
  answer    accept on whatsapp
  route     default: webchat (until delivered within 2m) > whatsapp (until delivered within 10m) > log (until accepted)
  twice?    whatsapp: 1 send that may be a repeat
  priority  normal
  producer  uid:1000
  created   2025-07-14 10:56:48 (3m12s ago)
  expires   2025-07-15 10:56:48 (in 23h56m)
  round     2

Attempts
  #  STEP  CHANNEL   STARTED              TOOK  OUTCOME   REASON        EVIDENCE   EVIDENCE AT          DETAIL
  1  1     webchat   2025-07-14 10:56:48  12ms  accepted                accepted   2025-07-14 10:56:48
  2  2     whatsapp  2025-07-14 10:58:48  2s    retry     rate_limited                                  code 130429
  3  2     whatsapp  2025-07-14 10:58:55  1s    accepted                delivered  2025-07-14 10:59:00

Steps left
  STEP  CHANNEL  REASON               AT
  1     webchat  no_evidence_in_time  2025-07-14 10:58:48

Timeline
  AT                              EVENT      STATE      REASON            DETAIL
  2025-07-14 10:56:48  3m12s ago  submitted  queued     submitted
  2025-07-14 10:59:00  1m ago     receipt    delivered  evidence_arrived  delivered
)");
}

TEST_F(Render, ListIsAlignedAndNamesTheNextPage) {
  EXPECT_EQ(
      shown(render_list, R"({"notifications":[
    {"id":"n2","kind":"a.b","state":"undelivered","evidence":"none","user":42,"to":{"kind":"user","value":"42"},
     "created":"2025-07-14T09:00:00Z","reason":"chain_exhausted"},
    {"id":"n1","kind":"message","state":"delivered","evidence":"read","user":7,"to":{"kind":"phone","value":"2376•••••173"},
     "created":"2025-07-14T08:00:00Z","reason":"evidence_arrived"}],"next":"n1"})"),
      R"(ID  STATE        EVIDENCE  KIND     TO                          CREATED              REASON
n2  undelivered            a.b      user 42                     2025-07-14 10:00:00  chain_exhausted
n1  delivered    read      message  user 7, phone 2376•••••173  2025-07-14 09:00:00  evidence_arrived
more: --before n1
)");
}

TEST_F(Render, StatusNamesTheDaemonItsStoreAndItsChannels) {
  EXPECT_EQ(shown(render_status,
                  R"({"version":"0.1.0","pid":123,"started":"2025-07-14T06:47:00Z","ready":true,
    "store":{"kind":"sqlite","path":"/var/lib/herald/herald.db"},"http":{"address":"127.0.0.1","port":8080},
    "counts":{"queued":3,"delivered":200},
    "channels":[{"name":"webchat","plugin":"webchat","version":"0.1.0","state":"running","evidence":["accepted","delivered","read"],
                 "addresses":["user"],"in_flight":0,"problem":""},
                {"name":"whatsapp","plugin":"whatsapp","version":"0.1.0","state":"failed","evidence":[],"addresses":["phone"],
                 "in_flight":0,"problem":"no token"}]})"),
            R"(heraldd 0.1.0, ready, pid 123
started        2025-07-14 07:47:00 (3h13m ago)
store          kind sqlite, path /var/lib/herald/herald.db
http           127.0.0.1:8080
notifications  queued 3, delivered 200

CHANNEL   PLUGIN    VERSION  STATE    EVIDENCE                   ADDRESSES  IN FLIGHT  PROBLEM
webchat   webchat   0.1.0    running  accepted, delivered, read  user       0
whatsapp  whatsapp  0.1.0    failed                              phone      0          no token
)");
}

TEST_F(Render, ColoursOnlyWhenAsked) {
  EXPECT_EQ(shown(render_notification, kNotification).find('\x1b'), std::string::npos);
  EXPECT_NE(shown(render_notification, kNotification, true).find("\x1b[32mdelivered\x1b[0m"),
            std::string::npos);
}

TEST_F(Render, WhatIsMissingOrOfAnotherTypeIsLeftOut) {
  EXPECT_EQ(shown(render_notification,
                  R"({"id":"n1","attempts":7,"timeline":[1,null],"chain":{},"to":"x"})"),
            "Notification n1\n\nAttempts: none\n");
  EXPECT_EQ(shown(render_list, "{}"), "no notifications\n");
  EXPECT_EQ(shown(render_channels, R"({"channels":"x"})"), "no channels\n");
  EXPECT_EQ(shown(render_status, "{}"), "heraldd , not ready\n");
}

TEST_F(Render, TextFromProvidersCannotSteerTheTerminal) {
  const auto text =
      shown(render_notification,
            R"({"id":"n1","attempts":[{"channel":"x","detail":"\u001b[2Jgone\nnew"}]})");
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_NE(text.find("\\x1b[2Jgone\\x0anew"), std::string::npos);
}

}  // namespace
}  // namespace herald::ctl
