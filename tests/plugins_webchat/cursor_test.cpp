#include "cursor.hpp"

#include <gtest/gtest.h>

namespace webchat {
namespace {

TEST(Cursor, ReadsWhatItWrote) {
  const Cursor all{18'446'744'073'709'551'615u, 42, 43, 9'223'372'036'854'775'807u};
  const auto back = parse_cursor(to_text(all));
  ASSERT_TRUE(back);
  EXPECT_EQ(back->epoch, all.epoch);
  EXPECT_EQ(back->from, all.from);
  EXPECT_EQ(back->list, all.list);
  EXPECT_EQ(back->seq, all.seq);
}

TEST(Cursor, RefusesEverythingElse) {
  for (const auto* text : {"",
                           "1",
                           "1.2",
                           "1.2.",
                           "1..2",
                           ".1.2",
                           "1.2.3",
                           "1.2.3.",
                           "1.2.3.4.5",
                           "1.2.3.4.",
                           "a.2.3.4",
                           "-1.2.3.4",
                           "1.+2.3.4",
                           "1.2.3.4 ",
                           "1,2,3,4",
                           "1.2.3.9223372036854775808",
                           "1.9223372036854775808.3.4",
                           "18446744073709551616.2.3.4",
                           "0.1.2.3",
                           "1.3.2.4",
                           "1.2.4.3"})
    EXPECT_FALSE(parse_cursor(text)) << text;
}

TEST(Cursor, AnAnswerLeavesNothingToBeAcknowledged) {
  herald::Items answer;
  answer.epoch = 2;
  answer.cursor = 9;
  EXPECT_EQ(to_text(after(answer)), "2.9.9.9");
}

TEST(Cursor, AsksForEverythingThatCameAfterIt) {
  const auto query = since(Cursor{2, 3, 4, 5});
  EXPECT_TRUE(query.changes);
  EXPECT_EQ(query.epoch, 2u);
  EXPECT_EQ(query.after_seq, 5u);
  EXPECT_FALSE(since(std::nullopt).changes);
}

}  // namespace
}  // namespace webchat
