#include "whatsapp_test.hpp"

namespace whatsapp_test {
namespace {

class Settings : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(host.load_file(WHATSAPP_PLUGIN).ok()); }
  /// `more` stands behind a correct phone_number_id.
  herald::testing::Status with(const std::string& more) {
    return host.configure(R"({"phone_number_id":"106540352242922",)" + more + "}");
  }
  void refused(const std::string& more, const std::string& part) {
    const auto status = with(more);
    EXPECT_EQ(status.code, HERALD_E_INVALID) << more;
    EXPECT_NE(status.text.find(part), std::string::npos) << more << "\n" << status.text;
  }
  void one_template(const std::string& body, const std::string& part) {
    refused(R"("templates":{"message":)" + body + "}", part);
  }
  FakeHost host{"whatsapp"};
};

TEST_F(Settings, EveryOneOfThem) {
  EXPECT_TRUE(
      with(R"("provider":"cloud-api","base_url":"https://graph.facebook.com/","version":"v25.0",
    "timeout":"1500ms","preview_url":true,"webhook_path":"/hooks/wa","window":"track",
    "opt_in":"assumed","quarantine":"7d","stop_words":["STOP"],"start_words":[],
    "replies":{"which":"?","already":"{answer}","expired":""},"templates":{
    "a":{"name":"a_1","language":["fr","en_US"],"header":"x","params":["x"],"when":"outside",
         "buttons":[{"quick_reply":"accept"},{"url":"x"}]}})")
          .ok())
      << host.last_status().text;
}

TEST_F(Settings, UnknownOnesAreNamedWithTheirNeighbour) {
  refused(R"("phone_numberid":"1")", "did you mean `phone_number_id`?");
  refused(R"("colour":"red")", "known are: provider, base_url");
  one_template(R"({"name":"a","language":"fr","parms":[]})", "did you mean `params`?");
}

TEST_F(Settings, WhatIsMissingIsNamed) {
  EXPECT_NE(host.configure("{}").text.find("`phone_number_id` is missing"), std::string::npos);
  one_template(R"({"language":"fr"})", "templates.message.name");
  one_template(R"({"name":"a"})", "templates.message.language");
  one_template(R"("a")", "must hold name and language");
}

TEST_F(Settings, ValuesThatCannotWorkAreRefused) {
  refused(R"("provider":"vonage")", "cloud-api");
  refused(R"("base_url":"graph.facebook.com")", "https://");
  refused(R"("base_url":"https://")", "https://");
  refused(R"("base_url":"https://user@evil.example")", "https://");
  refused(R"("base_url":"https://a.example/?x=1")", "query");
  refused(R"("base_url":"http://graph.facebook.com")", "this machine");
  refused(R"("base_url":"http://127.0.0.1.evil.example")", "this machine");
  for (const auto* version : {"23.0", "v23", "v.0", "v23.", "vx.0", "v23.0/1"})
    refused(R"("version":")" + std::string{version} + "\"", "`version`");
  for (const auto* time : {"0s", "20", "20h", "s", "6m", "9999999s"})
    refused(R"("timeout":")" + std::string{time} + "\"", "`timeout`");
  refused(R"("preview_url":"yes")", "true or false");
  for (const auto* path : {"hooks/wa", "/hooks/wa/", "/a?b", "/{user}"})
    refused(R"("webhook_path":")" + std::string{path} + "\"", "`webhook_path`");
  refused(R"("templates":[])", "map kinds");
  one_template(R"({"name":"Big","language":"fr"})", "lower-case");
  one_template(R"({"name":"a","language":"fr/FR"})", "language");
  one_template(R"({"name":"a","language":"fr","params":"x"})", "list");
  one_template(R"({"name":"a","language":"fr","buttons":[{"call":"x"}]})", "quick_reply, url");
  one_template(R"({"name":"a","language":"fr","when":"never"})", "always");
  one_template(R"({"name":"a","language":[]})", "list of 1 to 20");
  one_template(R"({"name":"a","language":["fr","f r"]})", "language");
  one_template(R"({"content_sid":"HX"})", "content_sid");
  refused(R"("window":"maybe")", "track");
  refused(R"("opt_in":"yes")", "required");
  refused(R"("quarantine":"91d")", "90d");
  refused(R"("quarantine":"x")", "90d");
  refused(R"("stop_words":"STOP")", "list");
  refused(R"("replies":"OUI")", "which, already, expired");
  refused(R"("replies":{"wich":"?"})", "did you mean `which`?");
  refused(R"("account_sid":"AC")", "account_sid");
  EXPECT_FALSE(host.configure("[]").ok());
  EXPECT_FALSE(host.configure("{").ok());
}

class TwilioSettings : public Settings {
 protected:
  herald::testing::Status given(const std::string& json) { return host.configure(json); }
  /// Everything that must be there, without the keys of `leave_out`, and `more`.
  void refused_with(const std::string& more, const std::string& part,
                    const std::string& leave_out = "") {
    auto o = json::parse(twilio_settings("")).as_object();
    if (!leave_out.empty()) o.erase(leave_out);
    const auto changes = json::parse("{" + more + "}").as_object();
    for (const auto& [key, value] : changes) o[key] = value;
    const auto status = given(json::serialize(o));
    EXPECT_EQ(status.code, HERALD_E_INVALID) << more;
    EXPECT_NE(status.text.find(part), std::string::npos) << more << "\n" << status.text;
  }
};

TEST_F(TwilioSettings, EveryOneOfThem) {
  EXPECT_TRUE(given(twilio_settings(
                        R"("base_url":"https://api.dublin.ie1.twilio.com","timeout":"9s",
    "api_key_sid":"SKaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","window":"track","opt_in":"required",
    "quarantine":"0s","webhook_path":"/hooks/t","templates":{
      "a":{"content_sid":"HXaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","params":["x"],"when":"always"},
      "b":{"content_sid":{"fr":"HXaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}}})"))
                  .ok())
      << host.last_status().text;
}

TEST_F(TwilioSettings, WhatIsMissingIsNamed) {
  for (const auto* key : {"account_sid", "from", "webhook_url"})
    refused_with("", std::string{"`"} + key + "`", key);
}

TEST_F(TwilioSettings, ValuesThatCannotWorkAreRefused) {
  refused_with(R"("account_sid":"AC123")", "32 hex digits");
  refused_with(R"("account_sid":"SMaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")", "AC");
  refused_with(R"("messaging_service_sid":"MGaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")", "one of them");
  for (const auto* from : {"whatsapp:", "whatsapp:+0123456789", "sender", "whatsapp:+1415x"})
    refused_with(R"("from":")" + std::string{from} + "\"", "whatsapp:+14155238886");
  refused_with(R"("webhook_url":"http://notify.example.com/hooks")", "https://");
  refused_with(R"("webhook_url":"https://my_host.example.com/hooks")", "underscore");
  refused_with(R"("webhook_url":"https://a.example/hooks?x=1")", "query");
  refused_with(R"("phone_number_id":"1")", "phone_number_id");
  refused_with(R"("templates":{"a":{"name":"a","language":"fr"}})", "content_sid");
  refused_with(R"("templates":{"a":{"content_sid":"HX1"}})", "HX");
  refused_with(R"("templates":{"a":{"content_sid":{}}})", "languages");
  refused_with(R"("templates":{"a":7})", "content_sid");
}

}  // namespace
}  // namespace whatsapp_test
