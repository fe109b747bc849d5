#include "signature.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>

namespace whatsapp {
namespace {

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

}  // namespace
}  // namespace whatsapp
