#include "delivery/submission.hpp"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

#include "base/json.hpp"
#include "base/text.hpp"
#include "delivery/digest.hpp"
#include "delivery/refusal.hpp"

namespace herald::delivery {
namespace {

/// Knows two spellings; no libphonenumber needed here.
class Spelling final : public model::ports::Directory {
 public:
  base::Result<model::Identity> parse(std::string_view s) const override {
    if (s == "42") return model::Identity{"user", "42"};
    return normalise({"phone", std::string{s}});
  }
  base::Result<model::Identity> normalise(model::Identity i) const override {
    if (i.kind == "user") return i;
    if (i.kind == "phone" && (i.value == "691924173" || i.value == "+237691924173"))
      return model::Identity{"phone", "+237691924173"};
    return base::fail(base::Code::invalid, "not a phone number");
  }
  void resolve(model::Identity, Done<model::UserId>) override {}
  void learn(model::Identity, model::Identity, Done<bool>) override {}
  void mark(model::Identity, std::string, model::TimePoint, Done<bool>) override {}
};

class SubmissionTest : public ::testing::Test {
 protected:
  SubmissionTest() {
    auto catalog = std::make_shared<model::Catalog>();
    model::KindSpec status;
    status.kind = "service_request.status";
    status.type = "status_update";
    status.params = {
        {"request_id", "id", false, "", 256, {}, {}},
        {"status", "string", true, "", 64, {"assigned", "completed"}, {}},
        {"service", "string", true, "", 16384, {}, {}},
        {"provider",
         "object",
         false,
         "",
         16384,
         {},
         {{"name", "string", true, "", 64, {}, {}}, {"rating", "number", false, "", 16, {}, {}}}},
        {"urgency", "string", false, "\"Normal\"", 64, {}, {}},
        {"count", "integer", false, "", 16, {}, {}},
        {"now", "boolean", false, "", 16, {}, {}}};
    status.dedupe = {"request_id", "status"};
    model::KindSpec message;
    message.kind = "message";
    message.type = "info";
    message.params = {{"message", "string", true, "", 16384, {}, {}},
                      {"type", "string", false, "\"info\"", 32, {"info", "confirmation"}, {}}};
    model::KindSpec request = message;
    request.kind = "provider.request";
    request.actions = {{"accept", "OUI", "OUI"}};
    request.priority = model::Priority::high;
    catalog->kinds = {
        {"service_request.status", status}, {"message", message}, {"provider.request", request}};
    rules.catalog = catalog;
    rules.directory = &spelling;
    rules.chain = [this](std::string_view kind, model::Priority priority, std::string_view,
                         bool actions) -> base::Result<model::ChainPtr> {
      asked_kind = kind;
      asked_priority = priority;
      asked_actions = actions;
      return std::make_shared<const model::Chain>();
    };
  }
  base::Result<model::NewNotification> check(std::string_view text) {
    return check_submission(rules, "uid:1", boost::json::parse({text.data(), text.size()}),
                            base::Random::system(), now);
  }
  void expect_refused(std::string_view text, std::string_view where, std::string_view says) {
    const auto result = check(text);
    ASSERT_FALSE(result) << text;
    EXPECT_EQ(result.error().where, where) << text;
    EXPECT_NE(result.error().message.find(says), std::string::npos)
        << text << " -> " << result.error().message;
  }
  Spelling spelling;
  SubmissionRules rules;
  std::string asked_kind;
  model::Priority asked_priority{};
  bool asked_actions = false;
  const model::TimePoint now = base::from_unix_ms(1'750'000'000'000);
};

TEST_F(SubmissionTest, AGoodOneIsNormalisedAndCompleted) {
  const auto n = check(
      R"({"kind":"service_request.status","to":{"phone":"691924173"},"params":{"request_id":7,"status":"assigned","service":"Plomberie"}})");
  ASSERT_TRUE(n) << n.error().message;
  EXPECT_TRUE(base::is_id(n->id));
  EXPECT_EQ(n->to, (model::Identity{"phone", "+237691924173"}));
  EXPECT_EQ(n->type, "status_update");
  EXPECT_EQ(n->params_json,
            R"({"request_id":7,"status":"assigned","service":"Plomberie","urgency":"Normal"})");
  EXPECT_EQ(n->expires, now + std::chrono::hours{24});
  EXPECT_EQ(n->not_before, now);
  EXPECT_FALSE(n->dedupe_key.empty());
}

// covers: S71
TEST_F(SubmissionTest, EveryMistakeNamesItsParameter) {
  expect_refused(
      R"({"kind":"service_request.status","to":{"user":42},"params":{"status":"assigned"}})",
      "params.service", "is missing");
  expect_refused(
      R"({"kind":"service_request.status","to":{"user":42},"params":{"status":"assigned","service":""}})",
      "params.service", "empty");
  expect_refused(
      R"({"kind":"service_request.status","to":{"user":42},"params":{"status":"assigned","service":5}})",
      "params.service", "text");
  expect_refused(
      R"({"kind":"service_request.status","to":{"user":42},"params":{"status":"lost","service":"x"}})",
      "params.status", "assigned, completed");
  expect_refused(
      R"({"kind":"service_request.status","to":{"user":42},"params":{"status":"assigned","service":"x","provider":{}}})",
      "params.provider.name", "missing");
  expect_refused(
      R"({"kind":"service_request.status","to":{"user":42},"params":{"status":"assigned","service":"x","provider":{"name":"a","rating":"5"}}})",
      "params.provider.rating", "number");
  expect_refused(
      R"({"kind":"service_request.status","to":{"user":42},"params":{"status":"assigned","service":"x","count":1.5}})",
      "params.count", "whole");
  expect_refused(
      R"({"kind":"service_request.status","to":{"user":42},"params":{"status":"assigned","service":"x","now":1}})",
      "params.now", "true or false");
  expect_refused(
      R"({"kind":"service_request.status","to":{"user":42},"params":{"status":"assigned","servise":"x"}})",
      "params.servise", "did you mean 'service'");
  expect_refused(R"({"kind":"message","to":{"user":42},"params":[]})", "params", "object");
}

// covers: S08 S87
TEST_F(SubmissionTest, EveryOtherMistakeNamesItsField) {
  expect_refused(R"([])", "", "JSON object");
  expect_refused(R"({"kind":"mesage","to":{"user":42},"params":{"message":"x"}})", "kind",
                 "did you mean 'message'");
  expect_refused(R"({"to":{"user":42},"params":{"message":"x"}})", "kind", "missing");
  expect_refused(R"({"kind":"message","params":{"message":"x"}})", "to", "missing");
  expect_refused(R"({"kind":"message","to":{},"params":{"message":"x"}})", "to", "exactly one");
  expect_refused(R"({"kind":"message","to":{"phone":"12","user":42},"params":{"message":"x"}})",
                 "to", "exactly one");
  expect_refused(R"({"kind":"message","to":{"phone":"12"},"params":{"message":"x"}})", "to.phone",
                 "not a phone");
  expect_refused(R"({"kind":"message","to":{"phone":{}},"params":{"message":"x"}})", "to.phone",
                 "text");
  expect_refused(R"({"kind":"message","to":{"user":42},"params":{"message":"x"},"prioriti":"low"})",
                 "prioriti", "did you mean 'priority'");
  expect_refused(
      R"({"kind":"message","to":{"user":42},"params":{"message":"x"},"priority":"asap"})",
      "priority", "low, normal");
  expect_refused(
      R"({"kind":"message","to":{"user":42},"params":{"message":"x"},"not_before":"tomorrow"})",
      "not_before", "ISO-8601");
  expect_refused(
      R"({"kind":"message","to":{"user":42},"params":{"message":"x"},"expires_at":"2001-01-01"})",
      "expires_at", "passed");
  expect_refused(
      R"({"kind":"message","to":{"user":42},"params":{"message":"x"},"not_before":"2099-01-01"})",
      "not_before", "90 days");
  expect_refused(
      R"({"kind":"message","to":{"user":42},"params":{"message":"x"},"idempotency_key":5})",
      "idempotency_key", "text");
  expect_refused(
      R"({"kind":"message","to":{"user":42},"params":{"message":"x"},"content":{"markdown":"x"}})",
      "content", "not both");
  expect_refused(R"({"to":{"user":42},"content":{}})", "content.markdown", "empty");
  expect_refused(R"({"to":{"user":42},"content":{"markdown":"x","type":"system"}})", "content.type",
                 "one of");
  expect_refused(R"({"to":{"user":42},"content":{"markdown":"x","html":"y"}})", "content.html",
                 "not known");
  expect_refused(R"({"to":{"user":42},"content":{"markdown":"x","actions":[{"id":"a"}]}})",
                 "content.actions[0]", "label");
  expect_refused(
      R"({"to":{"user":42},"content":{"markdown":"x","actions":[{"id":"a","label":"b"},{"id":"a","label":"c"}]}})",
      "content.actions[1].id", "twice");
}

TEST_F(SubmissionTest, SizesAreLimited) {
  const std::string big(16 * 1024 + 1, 'x'), fits(16 * 1024, 'x');
  expect_refused(R"({"kind":"message","to":{"user":42},"params":{"message":")" + big + "\"}}",
                 "params.message", "16384");
  EXPECT_TRUE(check(R"({"kind":"message","to":{"user":42},"params":{"message":")" + fits + "\"}}"));
  expect_refused(
      R"({"to":{"user":42},"content":{"markdown":")" + std::string(13 * 1024, '<') + "\"}}",
      "content.markdown", "48 KiB");
  expect_refused(
      R"({"kind":"message","to":{"user":42},"params":{"message":"x"},"idempotency_key":")" +
          std::string(256, 'k') + "\"}",
      "idempotency_key", "255");
}

TEST_F(SubmissionTest, ContentNeedsNoKindAndItsActionsCount) {
  const auto n = check(
      R"({"to":"42","content":{"markdown":"**Bonjour**","actions":[{"id":"ok","label":"D'accord"}]}})");
  ASSERT_TRUE(n) << n.error().message;
  EXPECT_EQ(n->kind, "message");
  EXPECT_EQ(n->type, "info");
  EXPECT_TRUE(asked_actions);
  EXPECT_NE(n->content_json.find(R"("text":"D'accord")"), std::string::npos);
}

TEST_F(SubmissionTest, PriorityComesFromTheKindUnlessGiven) {
  EXPECT_EQ(
      check(R"({"kind":"provider.request","to":{"user":42},"params":{"message":"x"}})")->priority,
      model::Priority::high);
  EXPECT_TRUE(asked_actions);
  EXPECT_EQ(
      check(
          R"({"kind":"provider.request","to":{"user":42},"params":{"message":"x"},"priority":"urgent"})")
          ->priority,
      model::Priority::urgent);
  EXPECT_EQ(asked_priority, model::Priority::urgent);
}

// covers: S102
TEST_F(SubmissionTest, TheSameStatusOfTheSameRequestHasTheSameDedupeKey) {
  const auto key = [&](std::string_view params, std::string_view to = R"({"user":42})") {
    return check(R"({"kind":"service_request.status","to":)" + std::string{to} + R"(,"params":)" +
                 std::string{params} + "}")
        ->dedupe_key;
  };
  const auto first = key(R"({"request_id":7,"status":"assigned","service":"a"})");
  EXPECT_EQ(first, key(R"({"status":"assigned","service":"b","request_id":7})"));
  EXPECT_NE(first, key(R"({"request_id":7,"status":"completed","service":"a"})"));
  EXPECT_NE(first, key(R"({"request_id":8,"status":"assigned","service":"a"})"));
  EXPECT_EQ(first, key(R"({"request_id":7,"status":"assigned","service":"a"})",
                       R"({"phone":"691924173"})"));  // whose: the store's part
  EXPECT_EQ(first, key(R"({"request_id":"7","status":"assigned","service":"a"})"));
  EXPECT_EQ(key(R"({"status":"assigned","service":"a"})"), "");
}

TEST_F(SubmissionTest, TheDigestIgnoresTheOrderOfKeysAndTheKeyItself) {
  const auto digest = [](std::string_view text) {
    return request_digest(boost::json::parse({text.data(), text.size()}).as_object());
  };
  EXPECT_EQ(digest(R"({"a":1,"b":{"c":2,"d":3}})"),
            digest(R"({"b":{"d":3,"c":2},"a":1,"idempotency_key":"k"})"));
  EXPECT_NE(digest(R"({"a":1})"), digest(R"({"a":2})"));
  EXPECT_NE(digest(R"({"a":[1,2]})"), digest(R"({"a":[2,1]})"));
}

TEST_F(SubmissionTest, OnlyOthersThanUserIdsCanBeCreated) {
  rules.create_recipients = true;
  EXPECT_TRUE(check(R"({"kind":"message","to":{"phone":"691924173"},"params":{"message":"x"}})")
                  ->create_recipient);
  EXPECT_FALSE(
      check(R"({"kind":"message","to":{"user":42},"params":{"message":"x"}})")->create_recipient);
}

TEST_F(SubmissionTest, ARefusalNamesTheParameterAndKeepsWhatCanBeUnderstood) {
  const auto refused = [&](std::string_view text) {
    const auto request = boost::json::parse({text.data(), text.size()});
    const auto checked = check_submission(rules, "sql:shop", request, base::Random::system(), now);
    EXPECT_FALSE(checked) << text;
    return refusal_of(rules, "id", "sql:shop", request, checked.error(), now);
  };
  const auto one = refused(
      R"({"kind":"message","to":"691924173","params":{"type":"info"},"idempotency_key":"k"})");
  EXPECT_EQ(one.why.reason, model::Reason::invalid);
  EXPECT_TRUE(one.why.detail.starts_with("params.message: ")) << one.why.detail;
  EXPECT_EQ(one.notification.id, "id");
  EXPECT_EQ(one.notification.producer, "sql:shop");
  EXPECT_EQ(one.notification.kind, "message");
  EXPECT_EQ(one.notification.to, (model::Identity{"phone", "+237691924173"}));
  EXPECT_EQ(one.notification.params_json, R"({"type":"info"})");
  EXPECT_EQ(one.notification.idempotency_key, "k");
  EXPECT_FALSE(one.notification.body_digest.empty());
  EXPECT_TRUE(one.notification.chain->steps.empty());
  EXPECT_GT(one.notification.expires, now);

  const auto other = refused(R"({"kind":"\u001b[31m","to":{"phone":"x"}})");
  EXPECT_TRUE(other.why.detail.starts_with("kind: ")) << other.why.detail;
  EXPECT_EQ(other.notification.kind.find('\x1b'), std::string::npos);
  EXPECT_EQ(other.notification.to, model::Identity{});
  const auto nothing = refused("null");
  EXPECT_TRUE(nothing.why.detail.starts_with("request: ")) << nothing.why.detail;
  EXPECT_EQ(nothing.notification.params_json, "{}");

  // Texts of others are cut between two characters.
  const auto longest = std::string(300, 'k') + "\u00e9";
  const auto cut = refused(R"({"kind":")" + longest + R"(","to":"42"})");
  EXPECT_LE(cut.notification.kind.size(), 128U);
  EXPECT_LE(cut.why.detail.size(), 500U);
  EXPECT_TRUE(base::is_utf8(cut.why.detail));
}

}  // namespace
}  // namespace herald::delivery
