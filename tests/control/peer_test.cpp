#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <string>
#include <thread>

#include "control/policy.hpp"
#include "control/running_server.hpp"

namespace herald::control {
namespace {

using herald::testing::RunningServer;

constexpr uid_t kStranger = 60001;
constexpr gid_t kNogroup = 65534;

/// Runs `body` on a thread that the kernel sees as that user: the system calls beneath glibc's
/// wrappers change one thread.
template <class F>
void as_user(uid_t uid, gid_t gid, F body) {
  std::thread{[&] {
    ASSERT_EQ(::syscall(SYS_setgroups, 0, nullptr), 0);
    ASSERT_EQ(::syscall(SYS_setresgid, gid, gid, gid), 0);
    ASSERT_EQ(::syscall(SYS_setresuid, uid, uid, uid), 0);
    body();
  }}.join();
}

/// The socket of a server whose groups are as given, in a folder that everybody may enter.
struct PeerTest : ::testing::Test {
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "needs root to become somebody else";
  }
  static ServerOptions options(const herald::testing::TempFolder& folder, std::string group,
                               std::string admins) {
    ::chmod(folder.path().c_str(), 0755);
    ServerOptions o;
    o.path = folder / "control";
    o.group = std::move(group);
    o.admin_group = std::move(admins);
    return o;
  }
  herald::testing::TempFolder folder;
};

TEST_F(PeerTest, AMemberOfTheGroupOperatesAndDoesNotAdminister) {
  RunningServer running{options(folder, "nogroup", "daemon")};
  as_user(kStranger, kNogroup, [&running] {
    EXPECT_EQ(running.call("io.herald.Status").error, "");
    EXPECT_EQ(running.call("io.herald.Reload").error, "io.herald.Denied");
    EXPECT_EQ(running.call("io.herald.Show", R"({"id":"n1","private":true})").error,
              "io.herald.Denied");
  });
  EXPECT_EQ(running.operations.calls(), (std::vector<std::string>{"status"}));
}

TEST_F(PeerTest, AMemberOfTheAdminGroupAdministers) {
  RunningServer running{options(folder, "nogroup", "nogroup")};
  as_user(kStranger, kNogroup,
          [&running] { EXPECT_EQ(running.call("io.herald.Reload").error, ""); });
}

TEST_F(PeerTest, OthersAreKeptOutByTheModeOfTheSocket) {
  RunningServer running{options(folder, "daemon", "daemon")};
  as_user(kStranger, kNogroup, [&running] {
    const auto client = Client::connect(running.path);
    ASSERT_FALSE(client);
    EXPECT_EQ(client.error().code, base::Code::denied);
  });
}

// The mode of the file is one lock, the peer's credentials the other.
TEST_F(PeerTest, WhoGetsPastTheModeIsStillDenied) {
  RunningServer running{options(folder, "daemon", "daemon")};
  ASSERT_EQ(::chmod(running.path.c_str(), 0666), 0);
  as_user(kStranger, kNogroup, [&running] {
    EXPECT_EQ(running.call("io.herald.Status").error, "io.herald.Denied");
    EXPECT_EQ(running.call("org.varlink.service.GetInfo").error, "");
  });
  EXPECT_TRUE(running.operations.calls().empty());
}

}  // namespace
}  // namespace herald::control
