#include "journal/signature.hpp"

#include <gtest/gtest.h>

namespace herald::journal {
namespace {

// The example key, message and signature of the Standard Webhooks reference libraries.
constexpr auto kSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
constexpr auto kId = "msg_p5jXN8AQM9LWM0D4loKWxJek";
constexpr int64_t kSeconds = 1'614'265'330;
constexpr auto kBody = R"({"test": 2432232314})";
constexpr auto kSigned = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

std::string key(const char* secret) {
  const auto made = key_of(secret);
  EXPECT_TRUE(made);
  return made ? *made : std::string{};
}

TEST(Signature, IsThatOfTheSpecification) {
  EXPECT_EQ(signature({key(kSecret)}, kId, kSeconds, kBody), kSigned);
}

TEST(Signature, CoversIdTimeAndBody) {
  const std::vector<std::string> keys{key(kSecret)};
  EXPECT_NE(signature(keys, "msg_other", kSeconds, kBody), kSigned);
  EXPECT_NE(signature(keys, kId, kSeconds + 1, kBody), kSigned);
  EXPECT_NE(signature(keys, kId, kSeconds, R"({"test":2432232314})"), kSigned);
}

TEST(Signature, HasOnePartForEachKey) {
  const auto other = key("whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=");
  const auto both = signature({other, key(kSecret)}, kId, kSeconds, kBody);
  EXPECT_EQ(both, signature({other}, kId, kSeconds, kBody) + " " + kSigned);
}

TEST(Signature, KeysHave24To64BytesOfBase64BehindWhsec) {
  for (const auto* wrong :
       {"", "whsec_", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_MfKQ9r8G",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS", "whsec_????????????????????????????????",
        "whsk_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}) {
    const auto made = key_of(wrong);
    EXPECT_FALSE(made) << wrong;
    if (!made) {
      EXPECT_EQ(made.error().message.find("MfKQ"), std::string::npos) << "shows the key";
    }
  }
  EXPECT_FALSE(key_of("whsec_" + std::string(88, 'A')));
  EXPECT_EQ(key("whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=").size(), 32U);
  EXPECT_EQ(key("whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGA==").size(), 25U);
}

}  // namespace
}  // namespace herald::journal
