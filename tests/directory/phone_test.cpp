#include "directory/phone.hpp"

#include <gtest/gtest.h>

namespace herald::directory {
namespace {

std::string normal(std::string_view spelled, std::string_view region = "CM") {
  const auto result = normalise_phone(spelled, region);
  return result ? *result : "";
}

// covers: S15 S51 S54
TEST(Phone, EverySpellingOfOneNumberIsOneNumber) {
  for (const auto* spelled :
       {"237691924173", "+237691924173", "00237691924173", "691924173", "6 91 92 41 73",
        "237 691 92 41 73", "+237-691.92.41.73", "(237) 691-924-173", "tel:+237-691-92-41-73",
        "whatsapp:+237691924173", " 691924173 "})
    EXPECT_EQ(normal(spelled), "+237691924173") << spelled;
  EXPECT_EQ(normal("222231234"), "+237222231234");
  EXPECT_EQ(normal("242123456"), "+237242123456");
}

TEST(Phone, NewerRangesThanThePackagedMetadataAreAccepted) {
  EXPECT_EQ(normal("640123456"), "+237640123456");
  EXPECT_EQ(normal("+237642123456"), "+237642123456");
}

TEST(Phone, ForeignNumbersNeedAPlusOrMustBeValid) {
  EXPECT_EQ(normal("+33612345678"), "+33612345678");
  EXPECT_EQ(normal("33612345678"), "+33612345678");
  EXPECT_EQ(normal("237691924173", "FR"), "+237691924173");
}

// covers: S17 S52
TEST(Phone, WhatIsNoNumberIsRefused) {
  for (const auto* spelled :
       {"", "abc", "237691924173abc", "0691924173", "+237(0)691924173", "91924173", "23769192417",
        "+2376919241730", "237237691924173", "88012345", "237", "12345", "42", "\xff\xfe",
        "691924173691924173691924173691924173"})
    EXPECT_EQ(normal(spelled), "") << spelled;
}

TEST(Phone, ARefusalDoesNotRepeatTheNumber) {
  const auto result = normalise_phone("2376919241739999", "CM");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().message.find("691924"), std::string::npos) << result.error().message;
}

// covers: S53
TEST(Phone, OnlyTheFullNationalShapeLooksLikeAPhone) {
  for (const auto* phone : {"237691924173", "691924173", "222231234", "237640123456"})
    EXPECT_TRUE(looks_like_phone(phone, "CM")) << phone;
  for (const auto* id : {"237", "2371", "2370001", "42", "100000000", "991924173", "23769192417",
                         "91924173", "", "x"})
    EXPECT_FALSE(looks_like_phone(id, "CM")) << id;
}

}  // namespace
}  // namespace herald::directory
