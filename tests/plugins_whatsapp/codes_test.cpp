#include <ostream>
#include <set>

#include "cloud_api/codes.hpp"
#include "twilio/codes.hpp"
#include "whatsapp_test.hpp"

// The codes stand here once more, written from the providers' documentation and not from the
// plugin's tables.
namespace whatsapp_test {
namespace {

enum Class { kRetry, kTemplate, kRecipient, kContent, kConfig, kAmbiguous };

struct Row {
  int code;
  Class action;
  friend std::ostream& operator<<(std::ostream& out, const Row& row) { return out << row.code; }
};

// Meta, reference part A4.
constexpr Row kCloudApi[] = {
    {0, kConfig},         {1, kRetry},          {2, kRetry},          {3, kConfig},
    {4, kRetry},          {10, kConfig},        {33, kConfig},        {100, kContent},
    {190, kConfig},       {200, kConfig},       {210, kConfig},       {299, kConfig},
    {368, kConfig},       {80007, kRetry},      {130403, kRecipient}, {130429, kRetry},
    {130472, kRecipient}, {130497, kRecipient}, {131000, kRetry},     {131005, kConfig},
    {131008, kContent},   {131009, kContent},   {131016, kRetry},     {131021, kRecipient},
    {131026, kRecipient}, {131030, kRecipient}, {131031, kConfig},    {131037, kConfig},
    {131042, kConfig},    {131045, kConfig},    {131047, kTemplate},  {131048, kConfig},
    {131049, kRecipient}, {131050, kRecipient}, {131051, kContent},   {131052, kContent},
    {131053, kContent},   {131056, kRetry},     {131057, kRetry},     {131062, kRecipient},
    {131063, kConfig},    {131064, kConfig},    {132000, kContent},   {132001, kContent},
    {132005, kContent},   {132007, kContent},   {132012, kContent},   {132015, kContent},
    {132016, kContent},   {132018, kContent},   {132068, kContent},   {132069, kContent},
    {133000, kConfig},    {133004, kRetry},     {133005, kConfig},    {133006, kConfig},
    {133008, kConfig},    {133009, kConfig},    {133010, kConfig},    {133015, kConfig},
    {133016, kConfig},    {134011, kConfig},    {135000, kContent},   {137000, kRecipient}};

// Twilio, reference part B2.
constexpr Row kTwilio[] = {
    {20003, kConfig},    {20404, kConfig},    {20429, kRetry},     {20500, kRetry},
    {20503, kRetry},     {21211, kRecipient}, {21614, kRecipient}, {21217, kRecipient},
    {63003, kRecipient}, {63024, kRecipient}, {21212, kConfig},    {21606, kConfig},
    {63002, kConfig},    {63007, kConfig},    {21408, kConfig},    {21602, kContent},
    {21603, kContent},   {21604, kContent},   {21617, kContent},   {21619, kContent},
    {21620, kContent},   {21654, kContent},   {21655, kContent},   {21656, kContent},
    {63005, kContent},   {63006, kContent},   {63021, kContent},   {63027, kContent},
    {63028, kContent},   {63030, kContent},   {21608, kRecipient}, {21610, kRecipient},
    {21611, kRetry},     {30001, kRetry},     {30002, kConfig},    {30410, kAmbiguous},
    {63001, kConfig},    {63008, kConfig},    {63020, kConfig},    {63022, kConfig},
    {63051, kConfig},    {63009, kRetry},     {63010, kRetry},     {63012, kRetry},
    {63017, kRetry},     {63013, kContent},   {63026, kContent},   {63040, kContent},
    {63041, kContent},   {63042, kContent},   {63014, kRecipient}, {63033, kRecipient},
    {63015, kRecipient}, {63016, kTemplate},  {63018, kConfig},    {63031, kRecipient},
    {63032, kRecipient}, {63038, kConfig},    {63049, kRecipient}};

// Whom the provider merely does not know yet, or an operator has left out: not left alone.
const std::set<int> kNotRemembered{131021, 131030, 131062, 21608, 63015, 63031};
const std::set<int> kOptOut{131050, 21610};
const std::set<int> kForADay{131049, 63049};

herald_result result_of(Class action) {
  if (action == kRetry) return HERALD_RETRY;
  if (action == kAmbiguous) return HERALD_UNKNOWN;
  return action == kConfig ? HERALD_CHANNEL_DOWN : HERALD_REJECTED;
}

/// What the reason must be; `reason` itself where the class leaves it open.
herald_reason expected_reason(const Row& row, herald_reason reason) {
  if (kOptOut.contains(row.code)) return HERALD_REASON_OPTED_OUT;
  if (row.code == 0 || row.code == 190 || row.code == 20003) return HERALD_REASON_AUTH;
  if (row.action == kContent) return HERALD_REASON_BAD_CONTENT;
  return row.action == kRecipient ? HERALD_REASON_BAD_RECIPIENT : reason;
}

void expect(const Row& row, herald_result result, herald_reason reason, const std::string& detail) {
  EXPECT_EQ(result, result_of(row.action));
  EXPECT_EQ(reason, expected_reason(row, reason));
  EXPECT_NE(reason, HERALD_REASON_NONE);
  EXPECT_NE(detail.find("error " + std::to_string(row.code) + ": "), std::string::npos) << detail;
  EXPECT_EQ(detail.find("237691924173"), std::string::npos) << detail;
}

/// What the directory was told of the person, and for how long.
void expect_marks(const Row& row, FakeHost& host) {
  const auto& marks = host.store.marks;
  if (row.action != kRecipient || kNotRemembered.contains(row.code)) {
    EXPECT_TRUE(marks.empty());
    return;
  }
  ASSERT_EQ(marks.size(), 1u);
  EXPECT_EQ(marks[0].who.kind, "whatsapp.phone");
  EXPECT_EQ(marks[0].who.value, kPhone);
  const bool out = kOptOut.contains(row.code);
  EXPECT_EQ(marks[0].state, out ? HERALD_OPTED_OUT : HERALD_UNREACHABLE);
  const int64_t hours = kForADay.contains(row.code) ? 24 : 6;
  EXPECT_EQ(marks[0].until_unix_ms, out ? 0 : host.now_unix_ms() + hours * 3'600'000);
}

class CloudCodes : public Whatsapp, public testing::WithParamInterface<Row> {
 protected:
  CloudCodes()
      : Whatsapp(R"({"phone_number_id":"106540352242922","window":"ignore","quarantine":"6h"})") {}
};

TEST_P(CloudCodes, InTheAnswerOfASend) {
  const auto row = GetParam();
  const auto o = deliver(error(row.code, 400, "to +237691924173"));
  expect(row, o.result, o.reason, o.detail);
  EXPECT_EQ(host.http.fetches.size(), 1u);
  expect_marks(row, host);
}

TEST_P(CloudCodes, InAFailedStatus) {
  const auto row = GetParam();
  auto failed = status("failed");
  failed["errors"] = {{{"code", row.code},
                       {"title", "Title"},
                       {"message", "Title"},
                       {"error_data", {{"details", "to +237691924173"}}}}};
  EXPECT_EQ(post(statuses({failed})).response.status, 200u);
  ASSERT_EQ(host.store.receipts.size(), 1u);
  const auto& r = host.store.receipts[0];
  EXPECT_EQ(r.state, HERALD_RECEIPT_FAILED);
  expect(row, r.result, r.reason, r.detail);
  expect_marks(row, host);
}

/// The HTTP status says nothing once there is a code.
TEST_P(CloudCodes, WhateverTheHttpStatus) {
  const auto row = GetParam();
  for (const uint32_t http : {400u, 401u, 403u, 429u, 500u, 503u, 504u}) {
    const auto o = deliver(error(row.code, http));
    EXPECT_EQ(o.result, result_of(row.action)) << http;
    host.store.kv.clear();  // consent that was taken back
  }
}

INSTANTIATE_TEST_SUITE_P(Reference, CloudCodes, testing::ValuesIn(kCloudApi),
                         [](const auto& p) { return std::to_string(p.param.code); });

class TwilioCodes : public Whatsapp, public testing::WithParamInterface<Row> {
 protected:
  TwilioCodes() : Whatsapp(twilio_settings(R"("window":"ignore","quarantine":"6h")")) {}
};

TEST_P(TwilioCodes, InTheAnswerOfASend) {
  const auto row = GetParam();
  const auto o = deliver(twilio_error(row.code, 400, "to whatsapp:+237691924173"));
  expect(row, o.result, o.reason, o.detail);
  EXPECT_EQ(host.http.fetches.size(), 1u);
  expect_marks(row, host);
}

TEST_P(TwilioCodes, InAStatusCallback) {
  const auto row = GetParam();
  const herald::Fields form{{"MessageSid", kSid},
                            {"MessageStatus", row.code % 2 == 0 ? "failed" : "undelivered"},
                            {"ErrorCode", std::to_string(row.code)},
                            {"AccountSid", kAccount},
                            {"To", "whatsapp:" + kPhone}};
  EXPECT_EQ(twilio_post(form, "?attempt=attempt-1").response.status, 204u);
  // What nobody knows is no news: the step waits.
  if (row.action == kAmbiguous) {
    EXPECT_TRUE(host.store.receipts.empty());
    return;
  }
  ASSERT_EQ(host.store.receipts.size(), 1u);
  const auto& r = host.store.receipts[0];
  EXPECT_EQ(r.state, HERALD_RECEIPT_FAILED);
  EXPECT_EQ(r.attempt_id, "attempt-1");
  expect(row, r.result, r.reason, r.detail);
  expect_marks(row, host);
}

TEST_P(TwilioCodes, WhateverTheHttpStatus) {
  for (const uint32_t http : {400u, 401u, 404u, 429u, 500u, 504u}) {
    EXPECT_EQ(deliver(twilio_error(GetParam().code, http)).result, result_of(GetParam().action));
    host.store.kv.clear();
  }
}

INSTANTIATE_TEST_SUITE_P(Reference, TwilioCodes, testing::ValuesIn(kTwilio),
                         [](const auto& p) { return std::to_string(p.param.code); });

/// Nothing stands in a table that the reference does not have, and nothing is missing there.
TEST(CodeTables, HoldTheReferenceAndNoMore) {
  const auto count = [](whatsapp::Table table) {
    int64_t n = 0, last = -1;
    for (const auto& rule : table) {
      EXPECT_GT(rule.first, last);
      EXPECT_GE(rule.last, rule.first);
      EXPECT_FALSE(rule.hint.empty());
      n += rule.last - rule.first + 1;
      last = rule.last;
    }
    return n;
  };
  // 200-299 stand here by three of them; 133005-6 and 133008-10 and 133015-16 whole.
  EXPECT_EQ(count(whatsapp::cloud_api::codes()),
            static_cast<int64_t>(std::size(kCloudApi)) - 3 + 100);
  EXPECT_EQ(count(whatsapp::twilio::codes()), static_cast<int64_t>(std::size(kTwilio)));
}

class CodeRules : public Whatsapp {};

TEST_F(CodeRules, UnknownCodesGoByHttpStatus) {
  for (const uint32_t http : {408u, 429u, 500u, 502u, 503u})
    EXPECT_EQ(deliver(error(999'999, http)).result, HERALD_RETRY) << http;
  for (const uint32_t http : {400u, 403u, 404u, 422u})
    EXPECT_EQ(deliver(error(999'999, http)).result, HERALD_REJECTED) << http;
  EXPECT_EQ(deliver(error(999'999, 401)).result, HERALD_CHANNEL_DOWN);
  auto failed = status("failed");
  failed["errors"] = {{{"code", 999'999}}};
  post(statuses({failed, status("failed")}));
  ASSERT_EQ(host.store.receipts.size(), 2u);
  EXPECT_EQ(host.store.receipts[0].result, HERALD_REJECTED);
  EXPECT_EQ(host.store.receipts[1].result, HERALD_REJECTED);
}

TEST_F(CodeRules, BodiesThatAreNoJsonGoByHttpStatus) {
  EXPECT_EQ(deliver(herald::Response::plain("<html>502</html>", 502)).result, HERALD_RETRY);
  EXPECT_EQ(deliver(herald::Response::plain("", 429)).reason, HERALD_REASON_RATE_LIMITED);
  EXPECT_EQ(deliver(herald::Response::plain("no", 401)).reason, HERALD_REASON_AUTH);
  EXPECT_EQ(deliver(herald::Response::plain("moved", 302)).result, HERALD_CHANNEL_DOWN);
  EXPECT_EQ(deliver(herald::Response::plain("late", 504)).result, HERALD_UNKNOWN);
  EXPECT_EQ(deliver(herald::Response::json("[]", 400)).result, HERALD_REJECTED);
  EXPECT_EQ(deliver(herald::Response::json(R"({"error":{"code":"190"}})", 400)).result,
            HERALD_REJECTED);
}

TEST_F(CodeRules, AWrongNumberIdIsAFaultOfTheConfiguration) {
  const auto o = deliver(error(100, 400, "Unsupported post request.", 33));
  EXPECT_EQ(o.result, HERALD_CHANNEL_DOWN);
  EXPECT_EQ(o.reason, HERALD_REASON_CONFIGURATION);
  EXPECT_NE(o.detail.find("phone_number_id"), std::string::npos);
}

TEST_F(CodeRules, AnUnknownErrorIsTriedAFewTimesOnly) {
  EXPECT_EQ(deliver(error(1), message(), 1).result, HERALD_RETRY);
  EXPECT_EQ(deliver(error(1), message(), 2).result, HERALD_RETRY);
  EXPECT_EQ(deliver(error(1), message(), 3).result, HERALD_REJECTED);
}

TEST_F(CodeRules, EveryLimitHasItsOwnPause) {
  EXPECT_GE(deliver(error(131056), message(), 1).retry_after_ms, 6'000u);
  EXPECT_GE(deliver(error(131056), message(), 3).retry_after_ms, 64'000u);
  EXPECT_GE(deliver(error(4)).retry_after_ms, 60'000u);
  EXPECT_GE(deliver(error(80007)).retry_after_ms, 60'000u);
  const auto throughput = deliver(error(130429)).retry_after_ms;
  EXPECT_GE(throughput, 500u);
  EXPECT_LE(throughput, 5'000u);
  EXPECT_EQ(deliver(error(131000)).retry_after_ms, 0u);  // the daemon's own backoff
}

TEST_F(CodeRules, TheProvidersWordOnThePauseCounts) {
  auto response = error(130429, 429);
  response.headers.emplace_back("Retry-After", "37");
  EXPECT_EQ(deliver(response).retry_after_ms, 37'000u);
  response.headers.back().second = "Wed, 21 Oct 2026 07:28:00 GMT";
  EXPECT_LE(deliver(response).retry_after_ms, 5'000u);
  response.headers.back().second = "99999999999";
  EXPECT_LE(deliver(response).retry_after_ms, 5'000u);
  auto usage = error(80007, 429);
  usage.headers.emplace_back(
      "x-business-use-case-usage",
      R"({"1":[{"type":"whatsapp","call_count":100,"estimated_time_to_regain_access":7}]})");
  EXPECT_EQ(deliver(usage).retry_after_ms, 7u * 60'000);
  usage.headers.back().second = "nonsense";
  EXPECT_EQ(deliver(usage).result, HERALD_RETRY);
}

TEST_F(CodeRules, ALongerWaitThanADayIsNotBelieved) {
  auto response = error(4, 429);
  response.headers.emplace_back("Retry-After", "999999");
  EXPECT_EQ(deliver(response).retry_after_ms, 24u * 3'600'000);
}

TEST_F(CodeRules, DetailsShowNeitherNumberNorToken) {
  const auto o = deliver(error(190, 401, "Malformed access token " + kToken + " for 237691924173"));
  EXPECT_EQ(o.detail.find(kToken), std::string::npos) << o.detail;
  EXPECT_EQ(o.detail.find("237691924173"), std::string::npos) << o.detail;
  EXPECT_NE(o.detail.find("2376•••••173"), std::string::npos) << o.detail;
  EXPECT_LE(deliver(error(190, 401, std::string(5'000, 'x') + " é")).detail.size(), 500u);
}

TEST_F(CodeRules, TheOperatorHearsOnceUntilItWorksAgain) {
  const auto alarms = [&] {
    int n = 0;
    for (const auto& line : host.core.logs) n += line.level == HERALD_LOG_ERROR;
    return n;
  };
  for (int i = 0; i < 5; ++i) deliver(error(190, 401));
  EXPECT_EQ(alarms(), 1);
  deliver(accepted());
  EXPECT_TRUE(host.core.logged("works again"));
  deliver(error(190, 401));
  EXPECT_EQ(alarms(), 2);
}

class TwilioRules : public Whatsapp {
 protected:
  TwilioRules() : Whatsapp(twilio_settings()) {}
};

TEST_F(TwilioRules, UnknownCodesAndBodiesGoByHttpStatus) {
  for (const uint32_t http : {408u, 429u, 500u, 502u, 503u})
    EXPECT_EQ(deliver(twilio_error(99'999, http)).result, HERALD_RETRY) << http;
  for (const uint32_t http : {400u, 403u, 404u})
    EXPECT_EQ(deliver(twilio_error(99'999, http)).result, HERALD_REJECTED) << http;
  EXPECT_EQ(deliver(herald::Response::plain("<html>502</html>", 502)).result, HERALD_RETRY);
  EXPECT_EQ(deliver(herald::Response::plain("no", 401)).reason, HERALD_REASON_AUTH);
  EXPECT_EQ(deliver(herald::Response::plain("late", 504)).result, HERALD_UNKNOWN);
  for (const auto* garbage : {"", "{}", "[1]", R"({"sid":7})", R"({"sid":""})"})
    EXPECT_EQ(deliver(herald::Response::json(garbage, 201)).result, HERALD_UNKNOWN) << garbage;
}

TEST_F(TwilioRules, PausesAreTwiliosOwn) {
  auto busy = twilio_error(20429, 429);
  EXPECT_EQ(deliver(busy).retry_after_ms, 1'000u);
  busy.headers.emplace_back("Retry-After", "9");
  EXPECT_EQ(deliver(busy).retry_after_ms, 9'000u);
  EXPECT_GE(deliver(twilio_error(21611)).retry_after_ms, 60'000u);
  EXPECT_EQ(deliver(twilio_error(63018, 429)).retry_after_ms, 24u * 3'600'000);
  EXPECT_EQ(deliver(twilio_error(63038, 429)).retry_after_ms, 24u * 3'600'000);
}

TEST_F(TwilioRules, AMessageThatHasFailedAtOnce) {
  const auto o = deliver(herald::Response::json(
      R"({"sid":")" + kSid + R"(","status":"failed","error_code":63015,"error_message":"x"})",
      201));
  EXPECT_EQ(o.result, HERALD_REJECTED);
  EXPECT_EQ(o.provider_id, kSid);
}

}  // namespace
}  // namespace whatsapp_test
