#include "store/conformance.hpp"

namespace herald::store::test {
namespace {

TEST_P(StoreConformance, KeysBelongToTheirInstanceAndCarryVersions) {
  const auto put = [&](const std::string& instance, const std::string& v, uint64_t if_version) {
    return wait<uint64_t>(
        [&](auto done) { store->kv_put(instance, "k", v, TimePoint{}, if_version, done); });
  };
  const auto get = [&](const std::string& instance) {
    return value(wait<KvEntry>([&](auto done) { store->kv_get(instance, "k", done); }));
  };
  EXPECT_EQ(get("a").version, 0U);
  EXPECT_EQ(value(put("a", std::string("\0\xff binary", 9), 0)), 1U);
  EXPECT_EQ(get("a").value, std::string("\0\xff binary", 9));
  EXPECT_EQ(get("b").version, 0U);
  EXPECT_EQ(put("a", "x", 0).error().code, Code::conflict);
  EXPECT_EQ(put("b", "x", 1).error().code, Code::conflict);
  EXPECT_EQ(value(put("a", "y", 1)), 2U);
  EXPECT_EQ(value(put("a", "", KvStore::kAnyVersion)), 3U);
  EXPECT_EQ(get("a").value, "");
  value(wait<Nothing>([&](auto done) { store->kv_remove("a", "k", done); }));
  EXPECT_EQ(get("a").version, 0U);
}

TEST_P(StoreConformance, AnExpiredValueIsGoneButItsVersionIsNotUsedAgain) {
  const auto put = [&](uint64_t if_version) {
    return value(wait<uint64_t>(
        [&](auto done) { store->kv_put("a", "k", "v", clock.now() + 1h, if_version, done); }));
  };
  EXPECT_EQ(put(0), 1U);
  clock.advance(1h);
  EXPECT_EQ(value(wait<KvEntry>([&](auto done) { store->kv_get("a", "k", done); })).version, 0U);
  EXPECT_EQ(put(0), 2U);
}

TEST_P(StoreConformance, TokensAreUniqueWhileTheyLive) {
  const auto put = [&](const std::string& name, const std::string& digest, TimePoint expires) {
    return wait<Nothing>([&](auto done) {
      store->put_token({name, digest, {"notify", "inbox:read-for"}, clock.now(), expires}, done);
    });
  };
  const auto all = [&] {
    return value(wait<std::vector<ServiceToken>>([&](auto done) { store->tokens(done); }));
  };
  value(put("shop", "d1", clock.now() + 1h));
  EXPECT_EQ(put("shop", "d2", TimePoint{}).error().code, Code::conflict);
  EXPECT_EQ(put("other", "d1", TimePoint{}).error().code, Code::conflict);
  ASSERT_EQ(all().size(), 1U);
  EXPECT_EQ(all()[0].scopes, (std::vector<std::string>{"notify", "inbox:read-for"}));
  EXPECT_EQ(all()[0].expires, clock.now() + 1h);
  clock.advance(1h);
  value(put("shop", "d3", TimePoint{}));
  reopen();
  ASSERT_EQ(all().size(), 1U);
  EXPECT_EQ(all()[0].digest, "d3");
  value(wait<Nothing>([&](auto done) { store->revoke_token("shop", done); }));
  EXPECT_TRUE(all().empty());
  EXPECT_EQ(wait<Nothing>([&](auto done) { store->revoke_token("shop", done); }).error().code,
            Code::not_found);
  value(put("shop", "d4", TimePoint{}));
}

TEST_P(StoreConformance, OfRevokedTokensTheLatestMomentIsKept) {
  const auto revoke = [&](model::UserId user, TimePoint before) {
    value(wait<Nothing>([&](auto done) { store->revoke_user({user, before}, done); }));
  };
  const auto now = clock.now();
  revoke(7, now);
  revoke(2, now + 1h);
  revoke(7, now + 2s);
  revoke(7, now + 1s);
  reopen();
  const auto all =
      value(wait<std::vector<RevokedTokens>>([&](auto done) { store->revoked_users(done); }));
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].user, 2);
  EXPECT_EQ(all[0].before, now + 1h);
  EXPECT_EQ(all[1].user, 7);
  EXPECT_EQ(all[1].before, now + 2s);
}

}  // namespace
}  // namespace herald::store::test
