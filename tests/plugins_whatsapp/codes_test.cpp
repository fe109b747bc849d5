#include <ostream>

#include "whatsapp_test.hpp"

// The codes stand here once more, written from the provider's documentation and not from the
// plugin's table.
namespace whatsapp_test {
namespace {

enum Class { kRetry, kTemplate, kRecipient, kContent, kConfig };

struct Row {
  int code;
  Class action;
  friend std::ostream& operator<<(std::ostream& out, const Row& row) { return out << row.code; }
};

constexpr Row kCodes[] = {
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

herald_result result_of(Class action) {
  if (action == kRetry) return HERALD_RETRY;
  return action == kConfig ? HERALD_CHANNEL_DOWN : HERALD_REJECTED;
}

/// What the reason must be; `reason` itself where the class leaves it open.
herald_reason expected_reason(const Row& row, herald_reason reason) {
  if (row.code == 131050) return HERALD_REASON_OPTED_OUT;
  if (row.code == 0 || row.code == 190) return HERALD_REASON_AUTH;
  if (row.action == kContent) return HERALD_REASON_BAD_CONTENT;
  return row.action == kRecipient ? HERALD_REASON_BAD_RECIPIENT : reason;
}

void expect(const Row& row, herald_result result, herald_reason reason, const std::string& detail) {
  EXPECT_EQ(result, result_of(row.action));
  EXPECT_EQ(reason, expected_reason(row, reason));
  EXPECT_NE(reason, HERALD_REASON_NONE);
  EXPECT_NE(detail.find("error " + std::to_string(row.code) + ": "), std::string::npos) << detail;
}

class Codes : public Whatsapp, public testing::WithParamInterface<Row> {};

TEST_P(Codes, InTheAnswerOfASend) {
  const auto row = GetParam();
  const auto o = deliver(error(row.code));
  expect(row, o.result, o.reason, o.detail);
  EXPECT_EQ(host.http.fetches.size(), 1u);
}

TEST_P(Codes, InAFailedStatus) {
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
  EXPECT_EQ(r.detail.find("237691924173"), std::string::npos) << r.detail;
}

/// The HTTP status says nothing once there is a code.
TEST_P(Codes, WhateverTheHttpStatus) {
  const auto row = GetParam();
  for (const uint32_t http : {400u, 401u, 403u, 429u, 500u, 503u, 504u}) {
    const auto o = deliver(error(row.code, http));
    EXPECT_EQ(o.result, result_of(row.action)) << http;
  }
}

INSTANTIATE_TEST_SUITE_P(Reference, Codes, testing::ValuesIn(kCodes),
                         [](const auto& p) { return std::to_string(p.param.code); });

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

}  // namespace
}  // namespace whatsapp_test
