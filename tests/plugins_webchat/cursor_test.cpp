#include "cursor.hpp"

#include <gtest/gtest.h>

namespace webchat {
namespace {

TEST(Cursor, ReadsWhatItWrote) {
  const Cursor all{18'446'744'073'709'551'615u, 9'223'372'036'854'775'807u, 42};
  const auto back = parse_cursor(to_text(all));
  ASSERT_TRUE(back);
  EXPECT_EQ(back->epoch, all.epoch);
  EXPECT_EQ(back->seq, all.seq);
  EXPECT_EQ(back->id, all.id);
}

TEST(Cursor, RefusesEverythingElse) {
  for (const auto* text : {"", "1", "1.2", "1.2.", "1..2", ".1.2", "1.2.3.", "1.2.3.4", "a.2.3",
                           "-1.2.3", "1.+2.3", "1.2.3 ", "1,2,3", "1.2.9223372036854775808",
                           "1.9223372036854775808.3", "18446744073709551616.2.3"})
    EXPECT_FALSE(parse_cursor(text)) << text;
}

TEST(Cursor, MovesWithTheAnswerAndNeverBackToOlderItems) {
  herald::Items answer;
  answer.epoch = 2;
  answer.cursor = 9;
  answer.items.resize(2);
  answer.items[0].id = 8;
  answer.items[1].id = 5;
  EXPECT_EQ(to_text(next({2, 4, 7}, answer)), "2.9.8");
  EXPECT_EQ(to_text(next({2, 4, 11}, answer)), "2.9.11");
}

}  // namespace
}  // namespace webchat
