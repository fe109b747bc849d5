// whatsapp_test.hpp - the plugin in a FakeHost, with its secrets, and one person with a phone.
#pragma once

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <herald/testing/fake_host.hpp>

#include "cloud_api/cloud_api.hpp"
#include "signature.hpp"
#include "twilio/form.hpp"
#include "twilio/twilio.hpp"

namespace whatsapp_test {

namespace json = boost::json;
using herald::Message;
using herald::Outcome;
using herald::testing::FakeHost;
using herald::testing::Seen;

inline const std::string kPhone = "+237691924173";
inline const std::string kToken = "EAAtesttoken0123456789abcdefghijklmnopqrstuv";
inline const std::string kAppSecret = "appsecret123";
inline const std::string kNumberId = "106540352242922";
inline const std::string kWamid = "wamid.HBgMMjM3NjkxOTI0MTczFQIAERgSQTNGOEVFNEVDRUJBQzI2M0FDAA==";
inline const std::string kHook = "/hooks/whatsapp";
/// Always as text: for tests that are about something else than the 24-hour window.
inline const std::string kAlwaysText = R"({"phone_number_id":"106540352242922","window":"ignore"})";

inline const std::string kAccount = "ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
inline const std::string kAuthToken = "0123456789abcdef0123456789abcdef";
inline const std::string kSid = "SMaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
inline const std::string kPublicUrl = "https://notify.example.com/hooks/whatsapp";
inline std::string twilio_settings(const std::string& more = R"("window":"ignore")") {
  return R"({"provider":"twilio","account_sid":")" + kAccount +
         R"(","from":"whatsapp:+14155238886","webhook_url":")" + kPublicUrl + "\"" +
         (more.empty() ? "" : "," + more) + "}";
}

inline Message message(const std::string& markdown = "Bonjour **Paul**") {
  Message m;
  m.id = "m1";
  m.herald_id = "n-42";
  m.kind = "service_request.confirmed";
  m.recipient = kPhone;
  m.address_kind = "phone";
  m.user = "42";
  m.locale = "fr-CM";
  m.subject = "Demande confirmée";
  m.parts = {{"text/markdown", "", markdown}};
  m.fields = {{"service", "Électricité"}, {"location", "Bonamoussadi"}, {"urgency", "Normal"}};
  return m;
}

inline herald::Response accepted() {
  return herald::Response::json(
      R"({"messaging_product":"whatsapp","contacts":[{"input":"+237691924173","wa_id":"237691924173"}],)"
      R"("messages":[{"id":")" +
      kWamid + R"("}]})");
}

inline herald::Response error(int64_t code, uint32_t http = 400, const std::string& details = "why",
                              int64_t subcode = 0) {
  json::object e{{"message", "(#" + std::to_string(code) + ") title"},
                 {"type", "OAuthException"},
                 {"code", code},
                 {"error_data", {{"messaging_product", "whatsapp"}, {"details", details}}},
                 {"fbtrace_id", "Az8or2yhqkZfEZ-_4Qn_Bam"}};
  if (subcode != 0) e["error_subcode"] = subcode;
  return herald::Response::json(json::serialize(json::object{{"error", e}}), http);
}

/// One entry of `statuses` as the provider writes it.
inline json::object status(const std::string& word, const std::string& id = kWamid,
                           const std::string& attempt = "attempt-1") {
  json::object out{
      {"id", id}, {"status", word}, {"timestamp", "1763719203"}, {"recipient_id", "237691924173"}};
  if (!attempt.empty()) out["biz_opaque_callback_data"] = attempt;
  return out;
}

inline json::object change(json::object value, const std::string& number_id = kNumberId) {
  value["messaging_product"] = "whatsapp";
  if (!number_id.empty())
    value["metadata"] = {{"display_phone_number", "15550783881"}, {"phone_number_id", number_id}};
  return {{"field", "messages"}, {"value", std::move(value)}};
}

inline std::string notice(json::array changes) {
  return json::serialize(json::object{
      {"object", "whatsapp_business_account"},
      {"entry",
       json::array{json::object{{"id", "102290129340398"}, {"changes", std::move(changes)}}}}});
}

inline std::string statuses(json::array list) {
  return notice({change({{"statuses", std::move(list)}})});
}

inline herald::Response twilio_accepted(const std::string& sid = kSid) {
  return herald::Response::json(R"({"sid":")" + sid + R"(","status":"queued","error_code":null})",
                                201);
}

inline herald::Response twilio_error(int64_t code, uint32_t http = 400,
                                     const std::string& said = "why") {
  return herald::Response::json(
      json::serialize(json::object{{"code", code},
                                   {"message", said},
                                   {"more_info", "https://www.twilio.com/docs/errors/1"},
                                   {"status", http}}),
      http);
}

class Whatsapp : public testing::Test {
 protected:
  explicit Whatsapp(std::string settings = kAlwaysText) : settings_{std::move(settings)} {}

  void SetUp() override {
    ASSERT_TRUE(host.load_file(WHATSAPP_PLUGIN).ok()) << host.last_status().text;
    ASSERT_TRUE(host.configure(settings_).ok()) << host.last_status().text;
    host.core.set_secret("token", kToken + "\n");
    host.core.set_secret("app_secret", kAppSecret);
    host.core.set_secret("verify_token", "open-sesame");
    host.core.set_secret("auth_token", kAuthToken + "\n");
    ASSERT_TRUE(host.start().ok()) << host.last_status().text;
  }
  void TearDown() override {
    EXPECT_EQ(host.finish(), std::vector<std::string>{});
    expect_silence();
  }
  /// Nothing secret and no whole number was ever logged or became a label.
  void expect_silence() {
    std::string all;
    for (const auto& line : host.core.logs) {
      all += line.text + "\n";
      for (const auto& [key, value] : line.fields) all += key + "=" + value + "\n";
    }
    for (const auto& sample : host.core.samples)
      for (const auto& [key, value] : sample.labels) all += key + "=" + value + "\n";
    for (const auto& secret :
         {kToken, kAppSecret, kAuthToken, std::string{"open-sesame"}, kPhone.substr(1)})
      EXPECT_EQ(all.find(secret), std::string::npos) << secret;
  }

  /// Delivers with that answer scripted; the outcome.
  Outcome deliver(herald::Response response, const Message& m = message(), uint32_t attempt = 1) {
    host.http.reply(std::move(response));
    return outcome(host.deliver(m, attempt));
  }
  Outcome outcome(herald_op op) {
    const auto* found = host.outcome(op);
    EXPECT_NE(found, nullptr);
    return found != nullptr ? *found : Outcome{};
  }
  json::object sent_body() {
    return host.http.fetches.empty() ? json::object{}
                                     : json::parse(host.http.fetches.back().body).as_object();
  }
  Seen post(const std::string& body, const std::string& signature) {
    return host.request(
        "POST", kHook,
        {.headers = {{"content-type", "application/json"}, {"x-hub-signature-256", signature}},
         .body = body});
  }
  Seen post(const std::string& body) {
    return post(body, whatsapp::cloud_api::signature(kAppSecret, body));
  }

  /// A form as Twilio posts it, signed over the public address and `query`.
  Seen twilio_post(const herald::Fields& form, const std::string& query = "",
                   const std::string& token = kAuthToken) {
    return host.request("POST", kHook + query,
                        {.headers = {{"content-type", "application/x-www-form-urlencoded"},
                                     {"x-twilio-signature", whatsapp::twilio::signature(
                                                                token, kPublicUrl + query, form)}},
                         .body = whatsapp::twilio::form(form)});
  }
  herald::Fields sent_form() {
    if (host.http.fetches.empty()) return {};
    return whatsapp::twilio::read_form(host.http.fetches.back().body).value_or(herald::Fields{});
  }
  /// What is kept of a person, by number or user id.
  json::object row(const std::string& who) {
    const auto it = host.store.kv.find("person/" + who);
    return it == host.store.kv.end() ? json::object{} : json::parse(it->second.value).as_object();
  }

  FakeHost host{"whatsapp"};

 private:
  std::string settings_;
};

}  // namespace whatsapp_test
