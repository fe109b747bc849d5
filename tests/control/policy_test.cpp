#include "control/policy.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace herald::control {
namespace {

constexpr gid_t kHerald = 200, kAdmin = 201, kUsers = 100;

struct Row {
  const char* who;
  Peer peer;
  uid_t daemon;
  Rights expected;
};

TEST(Policy, TableOfPeers) {
  const Row rows[] = {
      {"root", {0, 0, 1, {}}, 998, Rights::administer},
      {"root beside an ordinary daemon", {0, 0, 1, {}}, 1000, Rights::administer},
      {"admin by supplementary group",
       {1001, kUsers, 1, {kUsers, kAdmin}},
       998,
       Rights::administer},
      {"admin by primary group", {1001, kAdmin, 1, {}}, 998, Rights::administer},
      {"both groups", {1001, kHerald, 1, {kHerald, kAdmin}}, 998, Rights::administer},
      {"operator by supplementary group",
       {1002, kUsers, 1, {kUsers, kHerald}},
       998,
       Rights::operate},
      {"operator by primary group", {1002, kHerald, 1, {}}, 998, Rights::operate},
      {"the daemon's system user", {998, 998, 1, {}}, 998, Rights::operate},
      {"a dynamic user's daemon", {61500, 61500, 1, {}}, 61500, Rights::operate},
      {"the developer who started it", {1000, 1000, 1, {}}, 1000, Rights::administer},
      {"another person beside the developer", {1001, 1001, 1, {}}, 1000, Rights::none},
      {"a stranger", {1003, kUsers, 1, {kUsers, 0}}, 998, Rights::none},
      {"group root is not uid 0", {1003, 0, 1, {0}}, 998, Rights::none},
  };
  for (const auto& row : rows) {
    const Policy policy{.operators = kHerald, .admins = kAdmin, .daemon = row.daemon};
    EXPECT_EQ(rights_of(row.peer, policy), row.expected) << row.who;
  }
}

TEST(Policy, MissingGroupsGiveNobodyARight) {
  const Policy policy{.operators = std::nullopt, .admins = std::nullopt, .daemon = 998};
  EXPECT_EQ(rights_of({1001, static_cast<gid_t>(-1), 1, {static_cast<gid_t>(-1)}}, policy),
            Rights::none);
  EXPECT_EQ(rights_of({0, 0, 1, {}}, policy), Rights::administer);
}

TEST(Policy, TableOfMethods) {
  for (const auto* method : {"Send", "Show", "List", "Cancel", "Status", "Channels", "Nodes",
                             "Monitor", "Webhooks", "WebhookMessages"})
    EXPECT_EQ(rights_needed(method), Rights::operate) << method;
  for (const auto* method :
       {"CheckConfig", "Reload", "AddUser", "ShowUser", "CreateUserToken", "CreateServiceToken",
        "ListServiceTokens", "RevokeServiceToken", "RevokeUserTokens"})
    EXPECT_EQ(rights_needed(method), Rights::administer) << method;
  EXPECT_EQ(rights_needed("send"), std::nullopt);
}

TEST(Policy, UnknownGroupHasNoId) {
  EXPECT_EQ(group_id("root"), gid_t{0});
  EXPECT_EQ(group_id("no-such-group-here"), std::nullopt);
}

}  // namespace
}  // namespace herald::control
