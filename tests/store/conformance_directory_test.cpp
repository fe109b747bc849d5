#include "store/conformance.hpp"

namespace herald::store::test {
namespace {

User user_with(model::UserId id, std::vector<model::Identity> identities) {
  User user;
  user.id = id;
  user.identities = std::move(identities);
  return user;
}

TEST_P(StoreConformance, UsersGetIdsBelowTheApplicationsAndKeepTheirIdentities) {
  User wanted = user_with(0, {{"phone", "+237691924173"}, {"email", "a@b.cm"}});
  wanted.name = "Awa";
  const auto put = value(wait<User>([&](auto done) { store->put_user(wanted, done); }));
  EXPECT_EQ(put.id, 3);
  EXPECT_EQ(put.created, clock.now());
  wanted = user_with(put.id, {{"whatsapp.user_id", "CM.123"}});
  wanted.provider = true;
  value(wait<User>([&](auto done) { store->put_user(wanted, done); }));
  reopen();
  const auto kept = value(wait<User>([&](auto done) { store->user(put.id, done); }));
  EXPECT_EQ(kept.name, "Awa");
  EXPECT_TRUE(kept.provider);
  EXPECT_EQ(kept.identities.size(), 3U);
  EXPECT_EQ(wait<User>([&](auto done) { store->user(99, done); }).error().code, Code::not_found);

  value(wait<User>([&](auto done) { store->put_user(user_with(500'000'000, {}), done); }));
  EXPECT_EQ(value(wait<User>([&](auto done) { store->put_user(User{}, done); })).id, 4);
}

TEST_P(StoreConformance, AnIdentityBelongsToOneUser) {
  const auto taken = wait<User>([&](auto done) {
    store->put_user(user_with(9, {{"email", "a@b.cm"}, {"phone", "+237690000001"}}), done);
  });
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().code, Code::conflict);
  EXPECT_EQ(wait<User>([&](auto done) { store->user(9, done); }).error().code, Code::not_found);
  for (const model::UserId bad : {int64_t{-1}, int64_t{1} << 53})
    EXPECT_EQ(
        wait<User>([&](auto done) { store->put_user(user_with(bad, {}), done); }).error().code,
        Code::invalid);
}

// covers: S55
TEST_P(StoreConformance, ResolveLooksAtWhatsappThenPhone) {
  const auto resolve = [&](model::Identity identity) {
    return value(wait<model::UserId>([&](auto done) { store->resolve(identity, done); }));
  };
  EXPECT_EQ(resolve({"phone", "+237690000001"}), 1);
  EXPECT_EQ(resolve({"phone", "+237699999999"}), 0);
  EXPECT_EQ(resolve({"user", "2"}), 2);
  EXPECT_EQ(resolve({"user", "3"}), 0);
  value(wait<User>([&](auto done) {
    store->put_user(user_with(2, {{"whatsapp.phone", "+237690000001"}}), done);
  }));
  EXPECT_EQ(resolve({"phone", "+237690000001"}), 2);
}

TEST_P(StoreConformance, LearnBindsAnotherIdentityOnce) {
  const auto learn = [&](model::Identity known, model::Identity also) {
    return wait<Nothing>([&](auto done) { store->learn(known, also, done); });
  };
  const model::Identity bsuid{"whatsapp.user_id", "CM.1"};
  value(learn({"phone", "+237690000001"}, bsuid));
  value(learn({"user", "1"}, bsuid));
  EXPECT_EQ(learn({"user", "2"}, bsuid).error().code, Code::conflict);
  EXPECT_EQ(learn({"phone", "+237600000000"}, bsuid).error().code, Code::not_found);
  EXPECT_EQ(value(wait<model::UserId>([&](auto done) { store->resolve(bsuid, done); })), 1);
}

TEST_P(StoreConformance, ReachabilityAndConsentAreSeparateAndRunOut) {
  const model::Identity phone{"phone", "+237690000001"};
  const auto mark = [&](const model::Identity& identity, const std::string& what, TimePoint until) {
    return wait<Nothing>([&](auto done) { store->mark(identity, what, until, done); });
  };
  value(mark(phone, "unreachable", clock.now() + 1h));
  value(mark(phone, "opted_out", TimePoint{}));
  const auto states = [&] {
    std::vector<std::string> out;
    for (const auto& s : value(wait<User>([&](auto done) { store->user(1, done); })).states)
      out.push_back(s.state);
    return out;
  };
  EXPECT_EQ(states(), (std::vector<std::string>{"unreachable", "opted_out"}));
  clock.advance(2h);
  EXPECT_EQ(states(), (std::vector<std::string>{"opted_out"}));
  value(mark(phone, "opted_in", TimePoint{}));
  EXPECT_EQ(states(), (std::vector<std::string>{"opted_in"}));
  EXPECT_EQ(mark(phone, "asleep", TimePoint{}).error().code, Code::invalid);
  EXPECT_EQ(mark({"email", "x@y"}, "opted_out", TimePoint{}).error().code, Code::not_found);
}

}  // namespace
}  // namespace herald::store::test
