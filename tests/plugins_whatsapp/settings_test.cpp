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
    "timeout":"1500ms","preview_url":true,"webhook_path":"/hooks/wa","templates":{})")
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
  refused(R"("provider":"twilio")", "cloud-api");
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
  one_template(R"({"name":"a","language":"fr","when":"window_closed"})", "always");
  EXPECT_FALSE(host.configure("[]").ok());
  EXPECT_FALSE(host.configure("{").ok());
}

}  // namespace
}  // namespace whatsapp_test
