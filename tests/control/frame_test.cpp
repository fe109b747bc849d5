#include "control/frame.hpp"

#include <gtest/gtest.h>

#include <string>

namespace herald::control {
namespace {

using namespace std::string_literals;

TEST(FrameReader, GivesMessagesHoweverTheBytesAreCut) {
  const auto stream = "{\"a\":1}\0{}\0\0{\"b\""s;
  for (std::size_t cut = 1; cut <= stream.size(); ++cut) {
    FrameReader reader{100};
    for (std::size_t at = 0; at < stream.size(); at += cut)
      ASSERT_TRUE(reader.push(std::string_view{stream}.substr(at, cut)));
    EXPECT_EQ(reader.waiting(), 3U);
    EXPECT_EQ(reader.pop(), "{\"a\":1}");
    EXPECT_EQ(reader.pop(), "{}");
    EXPECT_EQ(reader.pop(), "");
    EXPECT_EQ(reader.pop(), std::nullopt);
    EXPECT_TRUE(reader.partial());
  }
}

TEST(FrameReader, RefusesAMessageOverTheLimitAndEverythingAfterIt) {
  FrameReader reader{4};
  EXPECT_TRUE(reader.push("1234\0"s));
  EXPECT_TRUE(reader.push("123"));
  EXPECT_FALSE(reader.push("45"));
  EXPECT_FALSE(reader.push("\0{}\0"s));
  EXPECT_EQ(reader.pop(), "1234");
  EXPECT_EQ(reader.pop(), std::nullopt);
}

TEST(FrameReader, LimitHoldsForAMessageThatArrivesWithOthers) {
  FrameReader reader{4};
  EXPECT_FALSE(reader.push("ok\0toolong\0ok\0"s));
  EXPECT_EQ(reader.pop(), "ok");
  EXPECT_EQ(reader.pop(), std::nullopt);
}

}  // namespace
}  // namespace herald::control
