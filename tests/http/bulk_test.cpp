#include "http/bulk.hpp"

#include <gtest/gtest.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <thread>

#include "http/support.hpp"

namespace herald::http::test {
namespace {

namespace json = boost::json;

/// Takes numbers: even ones are stored, 7 was before, other odd ones are refused. Answers in the
/// reverse order, from several threads, once it has all of them.
class CountingProducer final : public model::ports::Producer {
 public:
  explicit CountingProducer(std::size_t all) : all_(all) {}
  void submit(std::string producer, const json::value& request, Reply reply) override {
    who = std::move(producer);
    waiting_.emplace_back(request.as_int64(), std::move(reply));
    if (waiting_.size() < all_) return;
    std::vector<std::thread> threads;
    while (!waiting_.empty()) {
      auto [number, answer] = std::move(waiting_.back());
      waiting_.pop_back();
      threads.emplace_back([number = number, answer = std::move(answer)] {
        if (number % 2 == 0 || number == 7)
          answer(json::object{
              {"id", std::to_string(number)}, {"repeated", number == 7}, {"state", "queued"}});
        else
          answer(base::fail(base::Code::unprocessable, "no odd ones", "params.number"));
      });
    }
    for (auto& thread : threads) thread.join();
  }
  void get(std::string, bool, Reply) override {}
  void timeline(std::string, bool, Reply) override {}
  void cancel(std::string, std::string, Reply) override {}
  void list(const json::object&, bool, Reply) override {}
  void dead_letters(const json::object&, Reply) override {}
  void redrive(const json::object&, std::string, Reply) override {}

  std::string who;

 private:
  const std::size_t all_;
  std::vector<std::pair<int64_t, Reply>> waiting_;
};

class BulkApi : public testing::Test {
 protected:
  TestServer server;
  CountingProducer producer{9};
  void SetUp() override {
    ASSERT_TRUE(
        server.auth.set_tokens({{"shop", digest_of("hst_send"), {"notifications:send"}, {}},
                                {"look", digest_of("hst_read"), {"notifications:read"}, {}}}));
    ASSERT_TRUE(server.router.mount(bulk_route(producer)));
  }
  Answer send(std::string_view body, std::string_view token = "hst_send",
              std::string_view extra = "Content-Type: application/json\r\n") {
    return server
        .ask(post("/api/v1/notifications/bulk", body,
                  "Authorization: Bearer " + std::string{token} + "\r\n" + std::string{extra}))
        .value_or(Answer{});
  }
  static std::string list_of(std::size_t count) {
    std::string out = R"({"notifications":[)";
    for (std::size_t i = 0; i < count; ++i) out += (i == 0 ? "" : ",") + std::to_string(i);
    return out + "]}";
  }
};

TEST_F(BulkApi, AnswersEachInItsPlace) {
  const auto answer = send(list_of(9));
  ASSERT_EQ(answer.status, 200U);
  EXPECT_EQ(producer.who, "token:shop");
  const auto body = json::parse(answer.body);
  EXPECT_EQ(body.at("accepted").as_int64(), 6);
  EXPECT_EQ(body.at("refused").as_int64(), 3);
  const auto& results = body.at("results").as_array();
  ASSERT_EQ(results.size(), 9U);
  for (int64_t i = 0; i < 9; ++i) {
    const auto& result = results[static_cast<std::size_t>(i)].as_object();
    const bool good = i % 2 == 0 || i == 7;
    EXPECT_EQ(result.at("http_status").as_int64(), i == 7 ? 200 : good ? 201 : 422) << i;
    if (good)
      EXPECT_EQ(result.at("id").as_string(), std::to_string(i));
    else
      EXPECT_EQ(result.at("field").as_string(), "params.number");
  }
}

TEST_F(BulkApi, RefusesTheWholeRequestByItsForm) {
  const std::string items = std::to_string(kBulkItems);
  for (const auto* body : {"[]", "{}", R"({"notifications":{}})", R"({"notifications":[]})",
                           R"({"notifications":[0],"more":1})", "{"})
    EXPECT_EQ(send(body).status, 400U) << body;
  const auto many = send(list_of(kBulkItems + 1));
  EXPECT_EQ(many.status, 400U);
  EXPECT_NE(many.body.find("1 to " + items), std::string::npos);
  EXPECT_EQ(send(list_of(9), "hst_send", "Content-Type: text/plain\r\n").status, 415U);
  EXPECT_EQ(send(list_of(9), "hst_send", "Content-Type: application/json\r\nIdempotency-Key: k\r\n")
                .status,
            400U);
  EXPECT_EQ(send(list_of(9), "hst_read").status, 403U);
  // Before the body is sent.
  const auto large = server.ask(
      "POST /api/v1/notifications/bulk HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "
      "hst_send\r\nContent-Type: application/json\r\nContent-Length: " +
      std::to_string(kBulkBytes + 1) + "\r\n\r\n");
  ASSERT_TRUE(large);
  EXPECT_EQ(large->status, 413U);
  EXPECT_TRUE(producer.who.empty());  // nothing of these was submitted
}

}  // namespace
}  // namespace herald::http::test
