#include "delivery/slots.hpp"

#include <gtest/gtest.h>

namespace herald::delivery {
namespace {

Slots::Want want(std::string id, model::UserId user,
                 model::Priority priority = model::Priority::normal, int age = 0,
                 std::string channel = "c", unsigned limit = 0) {
  return {std::move(id), priority, base::from_unix_us(1000 + age), std::move(channel), user, limit};
}

TEST(Slots, OnePerRecipientAndChannel) {
  Slots slots{10};
  EXPECT_TRUE(slots.acquire(want("a", 1)));
  EXPECT_FALSE(slots.acquire(want("b", 1)));
  EXPECT_TRUE(slots.acquire(want("c", 1, model::Priority::normal, 0, "other")));
  EXPECT_TRUE(slots.acquire(want("d", 2)));
  EXPECT_EQ(slots.release("a"), std::vector<std::string>{"b"});
  EXPECT_TRUE(slots.acquire(want("b", 1)));
}

TEST(Slots, PriorityThenAgeDecides) {
  Slots slots{10};
  slots.acquire(want("first", 1));
  slots.acquire(want("young", 1, model::Priority::normal, 9));
  slots.acquire(want("old", 1, model::Priority::normal, 1));
  slots.acquire(want("urgent", 1, model::Priority::urgent, 10));
  EXPECT_EQ(slots.release("first").front(), "urgent");
  slots.acquire(want("urgent", 1, model::Priority::urgent, 10));
  EXPECT_EQ(slots.release("urgent").front(), "old");
}

TEST(Slots, TheOneWhoWasNamedAndGoesAwayNamesTheNext) {
  Slots slots{1};
  slots.acquire(want("a", 1));
  slots.acquire(want("b", 1));
  slots.acquire(want("c", 1, model::Priority::normal, 1));
  slots.release("a");
  slots.acquire(want("x", 9));
  EXPECT_FALSE(slots.acquire(want("b", 1))) << "the limit of all is reached";
  EXPECT_EQ(slots.take_named(), std::vector<std::string>{"c"}) << "it may try, and waits as well";
  EXPECT_EQ(slots.forget("b"), std::vector<std::string>{"c"});
}

TEST(Slots, TheOneWhoWasNamedAndTakesAnotherChannelNamesTheNext) {
  Slots slots{10};
  slots.acquire(want("a", 1, model::Priority::normal, 0, "c", 1));
  slots.acquire(want("b", 2, model::Priority::normal, 1, "c", 1));
  slots.acquire(want("d", 3, model::Priority::normal, 2, "c", 1));
  EXPECT_EQ(slots.release("a"), std::vector<std::string>{"b"});
  // Meanwhile b left that step for the next one.
  EXPECT_TRUE(slots.acquire(want("b", 2, model::Priority::normal, 1, "other")));
  EXPECT_EQ(slots.take_named(), std::vector<std::string>{"d"});
  EXPECT_TRUE(slots.take_named().empty());
}

TEST(Slots, TheOneWhoWasNamedForTheChannelAndGoesAwayNamesTheNext) {
  Slots slots{10};
  slots.acquire(want("a", 1, model::Priority::normal, 0, "c", 1));
  slots.acquire(want("b", 2, model::Priority::normal, 1, "c", 1));
  slots.acquire(want("d", 3, model::Priority::normal, 2, "c", 1));
  slots.release("a");
  EXPECT_EQ(slots.forget("b"), std::vector<std::string>{"d"});
}

TEST(Slots, ChannelLimit) {
  Slots slots{10};
  EXPECT_TRUE(slots.acquire(want("a", 1, model::Priority::normal, 0, "c", 1)));
  EXPECT_FALSE(slots.acquire(want("b", 2, model::Priority::normal, 0, "c", 1)));
  EXPECT_EQ(slots.taken("c"), 1U);
  EXPECT_EQ(slots.release("a"), std::vector<std::string>{"b"});
  EXPECT_EQ(slots.taken(), 0U);
}

TEST(Slots, ReleasingTwiceOrForgettingStrangersIsHarmless) {
  Slots slots{10};
  slots.acquire(want("a", 1));
  slots.release("a");
  EXPECT_TRUE(slots.release("a").empty());
  EXPECT_TRUE(slots.forget("nobody").empty());
}

}  // namespace
}  // namespace herald::delivery
