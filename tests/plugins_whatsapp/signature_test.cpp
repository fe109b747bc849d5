#include "signature.hpp"

#include "cloud_api/cloud_api.hpp"
#include "twilio/form.hpp"
#include "twilio/twilio.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>

namespace whatsapp {
namespace {

using cloud_api::signature;
using cloud_api::signed_by;

// The reference's vector: 515 bytes, escapes as the provider writes them.
const std::string kBody =
    R"({"object":"whatsapp_business_account","entry":[{"id":"102290129340398","changes":[{"value":{"messaging_product":"whatsapp","metadata":{"display_phone_number":"15550783881","phone_number_id":"106540352242922"},"contacts":[{"profile":{"name":"Jos\u00e9phine"},"wa_id":"237691924173"}],"messages":[{"from":"237691924173","id":"wamid.HBgMMjM3NjkxOTI0MTczFQIAEhgUM0E0QTY1OTlBRUUwMzgxMDE0NDAA","timestamp":"1763719200","type":"text","text":{"body":"OUI \ud83d\udc4d https:\/\/djobea.ai\/r\/42"}}]},"field":"messages"}]}]})";
const std::string kSignature =
    "sha256=3f869eec9208acaf95c609a4f894468cadbb276b5bf44bf131ef4cae13fdacb4";

TEST(Signature, TheVector) {
  ASSERT_EQ(kBody.size(), 515u);
  EXPECT_EQ(signature("appsecret123", kBody), kSignature);
  EXPECT_TRUE(signed_by("appsecret123", kBody, kSignature));
}

TEST(Signature, TheSameJsonWrittenAnewIsRefused) {
  const auto again = boost::json::serialize(boost::json::parse(kBody));
  ASSERT_NE(again, kBody);
  EXPECT_FALSE(signed_by("appsecret123", again, kSignature));
  EXPECT_FALSE(signed_by("appsecret123", kBody, signature("appsecret123", again)));
}

TEST(Signature, EverythingElseIsRefused) {
  EXPECT_FALSE(signed_by("appsecret124", kBody, kSignature));
  EXPECT_FALSE(signed_by("", kBody, signature("", kBody)));
  EXPECT_FALSE(signed_by("appsecret123", kBody + "\n", kSignature));
  for (const auto& header : {std::string{}, kSignature.substr(7), kSignature.substr(0, 70),
                             kSignature + "0", "sha1=" + kSignature.substr(7), " " + kSignature})
    EXPECT_FALSE(signed_by("appsecret123", kBody, header)) << header;
}

TEST(Signature, SecretsAreTheSameOrNot) {
  EXPECT_TRUE(same_secret("abc", "abc"));
  EXPECT_FALSE(same_secret("abc", "abd"));
  EXPECT_FALSE(same_secret("abc", "ab"));
  EXPECT_FALSE(same_secret("abc", ""));
}

struct Vector {
  std::string token, url, type, body, signature;
};
const std::string kForm = "application/x-www-form-urlencoded";
const std::string kUrl = "https://mycompany.com/myapp.php?foo=1&bar=2";
const std::string kCall =
    "Digits=1234&To=%2B18005551212&From=%2B14158675309&Caller=%2B14158675309&CallSid="
    "CA1234567890ABCDE";

// The reference's vectors (whatsapp.md B5).
const Vector kTwilio[] = {
    {"12345", kUrl, kForm, kCall, "RSOYDt4T1cUTdK1PDd93/VVr8B8="},
    {"12345", kUrl, kForm, "Sid=CA123&SidAccount=AC123&Digits=5678&Digits=1234",
     "IK+Dwps556ElfBT0I3Rgjkr1wJU="},
    {"12345", kUrl + "&bodySHA256=0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620",
     "application/json", R"({"property": "value", "boolean": true})",
     "a9nBmqA0ju/hNViExpshrM61xv4="},
    {"12345", "https://mycompany.com:443/myapp.php?foo=1&bar=2", kForm, kCall,
     "kvajT1Ptam85bY51eRf/AJRuM3w="},
    {"0123456789abcdef0123456789abcdef", "https://notify.example.com/hooks/twilio/status", kForm,
     "AccountSid=ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa&ApiVersion=2010-04-01&ChannelInstallSid="
     "XEaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa&ChannelPrefix=whatsapp&ChannelToAddress=%2B237691924173&"
     "From=whatsapp%3A%2B14155238886&MessageSid=SMaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa&MessageStatus="
     "delivered&SmsSid=SMaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa&SmsStatus=delivered&To="
     "whatsapp%3A%2B237691924173",
     "ITCFeZih45qNQyVcr9jAJKORp5Q="}};

TEST(TwilioSignature, TheVectors) {
  for (const auto& v : kTwilio)
    EXPECT_TRUE(twilio::signed_by(v.token, v.url, v.type, v.body, v.signature)) << v.signature;
}

TEST(TwilioSignature, WithAndWithoutTheUsualPort) {
  // Signed without the port, configured with it, and the other way round.
  EXPECT_TRUE(twilio::signed_by("12345", kTwilio[3].url, kForm, kCall, kTwilio[0].signature));
  EXPECT_TRUE(twilio::signed_by("12345", kUrl, kForm, kCall, kTwilio[3].signature));
  const auto other = "https://mycompany.com:8443/myapp.php?foo=1&bar=2";
  EXPECT_FALSE(twilio::signed_by("12345", other, kForm, kCall, kTwilio[0].signature));
}

TEST(TwilioSignature, EverythingElseIsRefused) {
  for (const auto& v : kTwilio) {
    EXPECT_FALSE(twilio::signed_by("12346", v.url, v.type, v.body, v.signature));
    EXPECT_FALSE(twilio::signed_by("", v.url, v.type, v.body, v.signature));
    EXPECT_FALSE(twilio::signed_by(v.token, v.url + "x", v.type, v.body, v.signature));
    EXPECT_FALSE(twilio::signed_by(v.token, v.url, v.type, v.body + "&More=1", v.signature));
    EXPECT_FALSE(twilio::signed_by(v.token, v.url, v.type, v.body, ""));
    EXPECT_FALSE(twilio::signed_by(v.token, v.url, v.type, v.body, v.signature.substr(0, 20)));
    EXPECT_FALSE(twilio::signed_by(v.token, v.url, v.type, v.body, v.signature + "="));
  }
  // A JSON body whose hash is not in the address proves nothing, whatever signs the address.
  const auto bare = twilio::signature("12345", kUrl, {});
  EXPECT_TRUE(twilio::signed_by("12345", kUrl, "", "", bare));
  EXPECT_FALSE(twilio::signed_by("12345", kUrl, "application/json", "{}", bare));
  EXPECT_FALSE(
      twilio::signed_by("12345", kUrl, kForm, "a=%zz", twilio::signature("12345", kUrl, {})));
}

TEST(Form, BothWays) {
  const herald::Fields fields{{"To", "whatsapp:+237691924173"}, {"Body", "é & = %\n+ "}, {"E", ""}};
  const auto written = twilio::form(fields);
  EXPECT_NE(written.find("To=whatsapp%3A%2B237691924173&Body=%C3%A9%20%26"), written.npos)
      << written;
  EXPECT_EQ(twilio::read_form(written), fields);
  EXPECT_EQ(twilio::read_form("a=1+2&b&&a=%2B"),
            (herald::Fields{{"a", "1 2"}, {"b", ""}, {"a", "+"}}));
  for (const auto* broken : {"a=%", "a=%2", "a=%zz", "%2=1"})
    EXPECT_FALSE(twilio::read_form(broken)) << broken;
  std::string many;
  for (int i = 0; i < 501; ++i) many += "a=1&";
  EXPECT_FALSE(twilio::read_form(many));
}

}  // namespace
}  // namespace whatsapp
