#include "http/producer_api.hpp"

#include <gtest/gtest.h>

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <chrono>
#include <mutex>

#include "http/problem.hpp"
#include "http/support.hpp"

namespace herald::http::test {
namespace {

namespace json = boost::json;

/// The string member of a JSON object's text.
std::string text_at(const std::string& body, const char* member) {
  const auto value = json::parse(body);
  return std::string{std::string_view{value.at(member).as_string()}};
}

/// Remembers what it was asked and answers what it was told.
class FakeProducer final : public model::ports::Producer {
 public:
  void submit(std::string producer, const json::value& request, Reply reply) override {
    note("submit " + producer + " " + json::serialize(request));
    if (failure) return reply(*failure);
    reply(json::object{{"id", kId}, {"state", "queued"}, {"repeated", repeated}});
  }
  void get(std::string id, bool private_parts, Reply reply) override {
    note("get " + id + (private_parts ? " private" : ""));
    if (failure) return reply(*failure);
    reply(json::object{{"id", id}});
  }
  void timeline(std::string id, bool, Reply reply) override {
    note("timeline " + id);
    reply(json::object{{"timeline", json::array{}}});
  }
  void cancel(std::string id, std::string by, Reply reply) override {
    note("cancel " + id + " by " + by);
    reply(json::object{{"state", "cancelled"}});
  }
  void list(const json::object& query, bool, Reply reply) override {
    note("list " + json::serialize(query));
    reply(json::object{{"notifications", json::array{}}, {"next", nullptr}});
  }
  void dead_letters(const json::object&, Reply) override {}
  void redrive(const json::object& query, std::string by, Reply reply) override {
    note("redrive " + json::serialize(query) + " by " + by);
    if (failure) return reply(*failure);
    reply(json::object{{"matched", 1}, {"redriven", 1}});
  }
  std::string last() {
    const std::lock_guard lock{mutex_};
    return std::exchange(last_, {});
  }

  static inline const std::string kId = std::string(35, 'a');
  bool repeated = false;
  std::optional<base::Error> failure;

 private:
  void note(std::string what) {
    const std::lock_guard lock{mutex_};
    last_ = std::move(what);
  }
  std::mutex mutex_;
  std::string last_;
};

class ProducerApi : public testing::Test {
 protected:
  TestServer server;
  FakeProducer producer;
  void SetUp() override {
    ASSERT_TRUE(server.auth.set_tokens(
        {{"shop",
          digest_of("hst_all"),
          {"notifications:send", "notifications:read", "notifications:redrive"},
          {}},
         {"look", digest_of("hst_read"), {"notifications:read"}, {}},
         {"ops",
          digest_of("hst_ops"),
          {"notifications:read", "notifications:private", "metrics:read"},
          {}}}));
    const auto mounted = mount_producer_api(server.router, producer);
    ASSERT_TRUE(mounted);
    EXPECT_EQ(mounted->size(), 7U);
  }
  static std::string token(std::string_view t = "hst_all") {
    return "Authorization: Bearer " + std::string{t} + "\r\n";
  }
  Answer submit(std::string_view body, std::string_view extra = {},
                std::string_view type = "application/json") {
    const auto a = server.ask(
        post("/api/v1/notifications", body,
             token() + "Content-Type: " + std::string{type} + "\r\n" + std::string{extra}));
    EXPECT_TRUE(a);
    return a.value_or(Answer{});
  }
};

// covers: S98
TEST_F(ProducerApi, SubmitsReadsListsAndCancels) {
  const auto created = submit(R"({"kind":"message","to":{"user":"7"},"params":{"message":"é"}})");
  EXPECT_EQ(created.status, 201U);
  EXPECT_EQ(created.header("location"), "/api/v1/notifications/" + FakeProducer::kId);
  EXPECT_EQ(text_at(created.body, "id"), FakeProducer::kId);
  EXPECT_EQ(producer.last(),
            R"(submit token:shop {"kind":"message","to":{"user":"7"},"params":{"message":"é"}})");
  producer.repeated = true;
  EXPECT_EQ(submit("{}", {}, "Application/JSON; charset=utf-8").status, 200U);

  const auto one = "/api/v1/notifications/" + FakeProducer::kId;
  EXPECT_EQ(server.ask(get(one, token()))->status, 200U);
  EXPECT_EQ(producer.last(), "get " + FakeProducer::kId);
  EXPECT_EQ(server.ask(get(one, token("hst_ops")))->status, 200U);
  EXPECT_EQ(producer.last(), "get " + FakeProducer::kId + " private");
  EXPECT_EQ(server.ask(get(one + "/timeline", token()))->status, 200U);
  EXPECT_EQ(producer.last(), "timeline " + FakeProducer::kId);
  EXPECT_EQ(server.ask(post(one + "/cancel", "", token()))->status, 200U);
  EXPECT_EQ(producer.last(), "cancel " + FakeProducer::kId + " by token:shop");
  EXPECT_EQ(server.ask(post(one + "/redrive", "", token()))->status, 202U);
  EXPECT_EQ(producer.last(), "redrive {\"id\":\"" + FakeProducer::kId + "\"} by token:shop");
  const auto json_type = token() + "Content-Type: application/json\r\n";
  EXPECT_EQ(server.ask(post(one + "/redrive", R"({"resend":true})", json_type))->status, 202U);
  EXPECT_EQ(producer.last(),
            "redrive {\"id\":\"" + FakeProducer::kId + "\",\"resend\":true} by token:shop");
  EXPECT_EQ(server.ask(post(one + "/redrive", R"({"resend":1})", json_type))->status, 400U);
  EXPECT_EQ(server.ask(post(one + "/redrive", R"({"resend":true})", token()))->status, 415U);
  EXPECT_EQ(server.ask(post(one + "/redrive", "", token("hst_read")))->status, 403U);
  EXPECT_EQ(
      server.ask(get("/api/v1/notifications?state=queued&user=%2B237600000007&limit=5", token()))
          ->status,
      200U);
  EXPECT_EQ(producer.last(), R"(list {"state":"queued","user":"+237600000007","limit":5})");

  EXPECT_EQ(server.ask(get("/api/v1/notifications/../../etc", token()))->status, 400U);
  EXPECT_EQ(server.ask(get("/api/v1/notifications/x'--", token()))->status, 404U);
  EXPECT_EQ(producer.last(), "") << "what cannot be an id is not asked for";
}

// covers: S86
TEST_F(ProducerApi, NeedsTheRightScope) {
  const auto path = "/api/v1/notifications";
  EXPECT_EQ(server.ask(post(path, "{}", "Content-Type: application/json\r\n"))->status, 401U);
  EXPECT_EQ(server.ask(post(path, "{}", token("hst_read") + "Content-Type: application/json\r\n"))
                ->status,
            403U);
  EXPECT_EQ(
      server
          .ask(post(std::string{path} + "/" + FakeProducer::kId + "/cancel", "", token("hst_read")))
          ->status,
      403U);
  EXPECT_EQ(server.ask(get(path))->status, 401U);
  EXPECT_EQ(producer.last(), "");
}

TEST_F(ProducerApi, TakesTheIdempotencyKeyFromTheHeaderToo) {
  EXPECT_EQ(submit("{}", "Idempotency-Key: \"k-1\"\r\n").status, 201U);
  EXPECT_EQ(producer.last(), R"(submit token:shop {"idempotency_key":"k-1"})");
  EXPECT_EQ(submit(R"({"idempotency_key":"k-1"})", "Idempotency-Key: k-1\r\n").status, 201U);
  for (const std::string bad :
       {"Idempotency-Key: k-2\r\n", "Idempotency-Key:\r\n", "Idempotency-Key: \"\"\r\n",
        "Idempotency-Key: a b\r\n", "Idempotency-Key: k-1\r\nIdempotency-Key: k-1\r\n"})
    EXPECT_EQ(submit(R"({"idempotency_key":"k-1"})", bad).status, 400U) << bad;
  EXPECT_EQ(submit("{}", "Idempotency-Key: " + std::string(256, 'k') + "\r\n").status, 400U);
}

// covers: F66
TEST_F(ProducerApi, HostileJsonIsTheClientsFault) {
  const auto deep = [](std::size_t n) {
    return "{\"a\":" + std::string(n, '[') + std::string(n, ']') + "}";
  };
  const std::vector<std::pair<std::string, std::string>> bodies{
      {"empty", ""},
      {"text", "hello"},
      {"array", "[]"},
      {"null", "null"},
      {"string", "\"x\""},
      {"truncated", R"({"a":)"},
      {"trailing bytes", "{} x"},
      {"two values", "{}{}"},
      {"BOM", "\xef\xbb\xbf{}"},
      {"NUL byte", std::string("{\"a\":\"x\0y\"}", 11)},
      {"escaped NUL", R"({"a":"\u0000"})"},
      {"NUL in key", R"({"\u0000":1})"},
      {"1e999", R"({"a":1e999})"},
      {"-1e999", R"({"a":-1e999})"},
      {"NaN", R"({"a":NaN})"},
      {"Infinity", R"({"a":Infinity})"},
      {"duplicate keys", R"({"a":1,"a":2})"},
      {"duplicate keys, escaped", R"({"a":1,"\u0061":2})"},
      {"lone high surrogate", R"({"a":"\ud800"})"},
      {"lone low surrogate", R"({"a":"\udc00"})"},
      {"surrogates swapped", R"({"a":"\udc00\ud800"})"},
      {"bad UTF-8", "{\"a\":\"\xff\"}"},
      {"overlong UTF-8", "{\"a\":\"\xc0\xaf\"}"},
      {"encoded surrogate", "{\"a\":\"\xed\xa0\x80\"}"},
      {"control byte", "{\"a\":\"\x01\"}"},
      {"comment", "{/* */}"},
      {"single quotes", "{'a':1}"},
      {"trailing comma", R"({"a":1,})"},
      {"leading zero", R"({"a":01})"},
      {"hex", R"({"a":0x1})"},
      {"depth 33", deep(33)},
      {"depth 100000", deep(100'000)},
      {"long key", "{\"" + std::string(200'000, 'k') + "\":1}"},
  };
  for (const auto& [name, body] : bodies) {
    const auto a = submit(body);
    EXPECT_TRUE(a.status == 400 || a.status == 422) << name << ": " << a.status;
    EXPECT_EQ(a.header("content-type"), "application/problem+json") << name;
  }
  EXPECT_EQ(submit("{\"a\":\"" + std::string(256 * 1024, 'x') + "\"}").status, 413U);
  EXPECT_EQ(producer.last(), "") << "none of them may reach the core";
  EXPECT_EQ(submit(deep(20)).status, 201U) << "control";
}

TEST_F(ProducerApi, OnlyJsonIsTaken) {
  for (const char* type : {"text/plain", "application/x-www-form-urlencoded", "application/jsonp",
                           "", "text/plain; application/json"})
    EXPECT_EQ(submit("{}", {}, type).status, 415U) << type;
  EXPECT_EQ(submit("{}", "Content-Type: text/plain\r\n").status, 415U) << "two types";
}

TEST_F(ProducerApi, ErrorsNameTheField) {
  producer.failure = base::fail(base::Code::unprocessable, "service is missing", "params.service");
  const auto a = submit("{}");
  EXPECT_EQ(a.status, 422U);
  EXPECT_EQ(text_at(a.body, "field"), "params.service");
  EXPECT_EQ(text_at(a.body, "status"), "error");
  EXPECT_EQ(text_at(a.body, "message"), "service is missing");
  EXPECT_EQ(text_at(a.body, "code"), "unprocessable");
  EXPECT_EQ(json::parse(a.body).at("http_status").to_number<int>(), 422);
  producer.failure = base::fail(base::Code::unavailable, "the backlog is full");
  const auto full = submit("{}");
  EXPECT_EQ(full.status, 503U);
  EXPECT_NE(full.header("retry-after"), "");
  for (const char* query : {"?nonsense=1", "?limit=0", "?limit=501", "?limit=x", "?state=a&state=b",
                            "?state=%zz", "?user=%00"})
    EXPECT_EQ(server.ask(get("/api/v1/notifications" + std::string{query}, token()))->status, 400U)
        << query;
}

TEST_F(ProducerApi, ServicePagesTellTheState) {
  std::atomic<bool> ready{false};
  ASSERT_TRUE(mount_service_pages(
      server.router,
      {[&] { return ready ? std::string{} : std::string{"the store is not open yet"}; },
       [] { return std::string{"herald_up 1\n"}; }, [] { return std::string{"{}"}; }}));
  EXPECT_EQ(server.ask(get("/healthz"))->status, 200U);
  EXPECT_EQ(server.ask(get("/readyz"))->status, 503U);
  ready = true;
  EXPECT_EQ(server.ask(get("/readyz"))->status, 200U);
  EXPECT_EQ(server.ask(get("/openapi.json"))->body, "{}");
  EXPECT_EQ(server.ask(get("/metrics"))->status, 401U);
  EXPECT_EQ(server.ask(get("/metrics", token()))->status, 403U);
  EXPECT_EQ(server.ask(get("/metrics", token("hst_ops")))->body, "herald_up 1\n");
  EXPECT_FALSE(mount_service_pages(server.router, {})) << "twice is a conflict";
}

TEST(Problem, EveryCodeHasAStatus) {
  using base::Code;
  const std::vector<std::pair<Code, unsigned>> table{
      {Code::invalid, 400},     {Code::unprocessable, 422}, {Code::unauthenticated, 401},
      {Code::denied, 403},      {Code::not_found, 404},     {Code::in_flight, 409},
      {Code::conflict, 409},    {Code::too_large, 413},     {Code::limited, 429},
      {Code::unsupported, 501}, {Code::unavailable, 503},   {Code::internal, 500}};
  for (const auto& [code, status] : table) {
    const auto r = problem(code, "why");
    EXPECT_EQ(r.status, status) << base::to_string(code);
    EXPECT_EQ(text_at(r.body, "type"), "urn:herald:problem:" + std::string{base::to_string(code)});
  }
  EXPECT_EQ(text_at(problem(405U, "x").body, "code"), "method_not_allowed");
}

}  // namespace
}  // namespace herald::http::test
