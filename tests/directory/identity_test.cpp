#include <gtest/gtest.h>

#include "directory/directory.hpp"

namespace herald::directory {
namespace {

std::string named(std::string_view spelled) {
  const auto identity = parse_identity(spelled, "CM");
  return identity ? identity->kind + ":" + identity->value : "";
}

// covers: S15 S51 S53 S54
TEST(Identity, APathNamesAUserIdOrAPhone) {
  for (const auto* spelled : {"237691924173", "+237691924173", "691924173", "00237691924173",
                              "6 91 92 41 73", "237.691.924.173"})
    EXPECT_EQ(named(spelled), "phone:+237691924173") << spelled;
  EXPECT_EQ(named("237"), "user:237");
  EXPECT_EQ(named("2371"), "user:2371");
  EXPECT_EQ(named("2370001"), "user:2370001");
  EXPECT_EQ(named("42"), "user:42");
  EXPECT_EQ(named("id:691924173"), "user:691924173");
  EXPECT_EQ(named("9007199254740991"), "user:9007199254740991");
}

// covers: S17
TEST(Identity, AnythingElseIsMalformed) {
  for (const auto* spelled :
       {"", " ", "0", "-1", "id:", "id:x", "poll x", "abc", "4 2", "9007199254740992", "1e3", "+",
        "00", "+12", "42'--", "\xc3\x28", "0x10"})
    EXPECT_EQ(named(spelled), "") << spelled;
}

TEST(Identity, KindsAreChecked) {
  EXPECT_EQ(normalise_identity({"phone", "691 92 41 73"}, "CM")->value, "+237691924173");
  EXPECT_EQ(normalise_identity({"user", "id:7"}, "CM")->value, "7");
  EXPECT_EQ(normalise_identity({"whatsapp.user_id", "CM.1502576394655843"}, "CM")->value,
            "CM.1502576394655843");
  EXPECT_FALSE(normalise_identity({"email", "nobody"}, "CM"));
  EXPECT_FALSE(normalise_identity({"", "x"}, "CM"));
  EXPECT_FALSE(normalise_identity({"Phone", "691924173"}, "CM"));
  EXPECT_FALSE(normalise_identity({"phone", ""}, "CM"));
  EXPECT_FALSE(normalise_identity({"telegram", std::string(257, 'x')}, "CM"));
}

/// A store that counts how often it was asked.
class Asked final : public store::DirectoryStore {
 public:
  int times = 0;
  model::UserId answer = 0;
  void put_user(store::User, store::Done<store::User>) override {}
  void user(model::UserId, store::Done<store::User>) override {}
  void resolve(model::Identity, store::Done<model::UserId> done) override { ++times, done(answer); }
  void learn(model::Identity, model::Identity, store::Done<store::Nothing> done) override {
    done(store::Nothing{});
  }
  void mark(model::Identity, std::string, model::TimePoint,
            store::Done<store::Nothing> done) override {
    done(store::Nothing{});
  }
};

class Servers final : public store::HistoryStore {
 public:
  uint64_t present = 1;
  uint64_t history() const override { return present; }
  uint64_t losses() const override { return 0; }
};

TEST(Directory, RemembersWhoExistsAndNeverThatSomebodyDoesNot) {
  Asked store;
  Directory directory{store, nullptr, "CM"};
  model::UserId seen = -1;
  const auto ask = [&] {
    directory.resolve({"phone", "+237691924173"}, [&](auto user) { seen = *user; });
  };
  ask();
  ask();
  EXPECT_EQ(store.times, 2);
  EXPECT_EQ(seen, 0);
  store.answer = 7;
  ask();
  ask();
  EXPECT_EQ(store.times, 3);
  EXPECT_EQ(seen, 7);
  directory.learn({"phone", "+237691924173"}, {"email", "a@b.c"}, [](auto) {});
  ask();
  EXPECT_EQ(store.times, 4);
}

// covers: F60
TEST(Directory, AsksForAnothersAsOftenAsForNobodys) {
  Asked store;
  Directory directory{store, nullptr, "CM"};
  const auto is_of = [&](model::Identity identity, model::UserId person) {
    bool seen = false;
    directory.is_of(std::move(identity), person, [&](auto is) { seen = *is; });
    return seen;
  };
  const model::Identity phone{"phone", "+237691924173"};
  store.answer = 7;
  directory.resolve(phone, [](auto) {});  // another's, and remembered
  EXPECT_FALSE(is_of(phone, 8));
  EXPECT_EQ(store.times, 2) << "what is remembered would be quicker than nobody";
  EXPECT_TRUE(is_of(phone, 7));
  EXPECT_EQ(store.times, 2);
  // An id says by itself whose it is.
  EXPECT_FALSE(is_of({"user", "7"}, 8));
  EXPECT_FALSE(is_of({"user", "99999"}, 8));
  EXPECT_EQ(store.times, 2);
  EXPECT_TRUE(is_of({"user", "7"}, 7));
  store.answer = 0;
  EXPECT_FALSE(is_of({"user", "8"}, 8)) << "a token outlives its person";
}

// covers: F15
TEST(Directory, RemembersNothingFromBeforeAnotherServerTookOver) {
  Asked store;
  Servers servers;
  Directory directory{store, &servers, "CM"};
  model::UserId seen = 0;
  const auto ask = [&] {
    directory.resolve({"phone", "+237691924173"}, [&](auto user) { seen = *user; });
  };
  store.answer = 7;
  ask();
  servers.present = 2;
  store.answer = 8;
  ask();
  EXPECT_EQ(seen, 8) << "7 may be another's now";
  ask();
  EXPECT_EQ(store.times, 2);
}

}  // namespace
}  // namespace herald::directory
