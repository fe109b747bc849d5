#include "control/listener.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "control/client.hpp"
#include "control/running_server.hpp"

namespace herald::control {
namespace {

using herald::testing::TempFolder;

struct ListenerTest : ::testing::Test {
  TempFolder folder;
  std::string path = folder / "control";
  std::vector<std::string> warnings;
  Listener::Warn warn = [this](std::string message) { warnings.push_back(std::move(message)); };

  base::Result<Listener> open(const std::string& group = "") {
    return Listener::open(path, group, warn);
  }
  struct stat status() const {
    struct stat s {};
    EXPECT_EQ(::lstat(path.c_str(), &s), 0);
    return s;
  }
  /// A socket file whose process is gone.
  void leave_stale_socket() const {
    const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
    ASSERT_EQ(::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    ASSERT_EQ(::listen(fd, 1), 0);
    ::close(fd);
  }
};

TEST_F(ListenerTest, MakesTheSocketForItsGroupOnly) {
  const auto listener = open("root");
  ASSERT_TRUE(listener) << listener.error().message;
  EXPECT_TRUE(S_ISSOCK(status().st_mode));
  EXPECT_EQ(status().st_mode & 07777, 0660U);
  if (::geteuid() == 0) {
    EXPECT_EQ(status().st_gid, 0U);
  }
}

TEST_F(ListenerTest, GivesTheSocketToTheConfiguredGroup) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root to give a file away";
  const auto listener = open("nogroup");
  ASSERT_TRUE(listener);
  EXPECT_EQ(status().st_gid, 65534U);
  EXPECT_TRUE(warnings.empty());
}

TEST_F(ListenerTest, WarnsOfAMissingGroupAndKeepsItsOwn) {
  const auto listener = open("no-such-group-here");
  ASSERT_TRUE(listener);
  EXPECT_EQ(status().st_gid, ::getegid());
  EXPECT_EQ(status().st_mode & 07777, 0660U);
  ASSERT_EQ(warnings.size(), 1U);
  EXPECT_NE(warnings[0].find("\"no-such-group-here\" does not exist"), std::string::npos);
  EXPECT_NE(warnings[0].find("groupadd"), std::string::npos);
}

TEST_F(ListenerTest, ReplacesASocketThatNobodyAnswers) {
  leave_stale_socket();
  const auto before = status().st_ino;
  const auto listener = open();
  ASSERT_TRUE(listener) << listener.error().message;
  EXPECT_TRUE(Client::connect(path));
  EXPECT_EQ(status().st_mode & 07777, 0660U);
  EXPECT_NE(before, 0U);
}

TEST_F(ListenerTest, LeavesASocketThatSomebodyAnswers) {
  const auto first = open();
  ASSERT_TRUE(first);
  const auto inode = status().st_ino;
  const auto second = open();
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, base::Code::conflict);
  EXPECT_EQ(status().st_ino, inode);
  EXPECT_TRUE(Client::connect(path));
}

TEST_F(ListenerTest, RefusesASymbolicLinkAndTouchesNothing) {
  const auto target = folder / "target";
  std::ofstream{target} << "precious";
  ASSERT_EQ(::symlink(target.c_str(), path.c_str()), 0);
  const auto listener = open();
  ASSERT_FALSE(listener);
  EXPECT_NE(listener.error().message.find("symbolic link"), std::string::npos);
  EXPECT_TRUE(std::filesystem::is_symlink(path));
  EXPECT_EQ(std::filesystem::file_size(target), 8U);
}

TEST_F(ListenerTest, RefusesADanglingLinkAndAnyOtherFile) {
  ASSERT_EQ(::symlink("/nowhere/at/all", path.c_str()), 0);
  EXPECT_FALSE(open());
  ASSERT_EQ(::unlink(path.c_str()), 0);
  std::ofstream{path} << "data";
  const auto listener = open();
  ASSERT_FALSE(listener);
  EXPECT_NE(listener.error().message.find("no socket"), std::string::npos);
  EXPECT_TRUE(std::filesystem::is_regular_file(path));
}

TEST_F(ListenerTest, RefusesAPathThatDoesNotFitAndAMissingFolder) {
  EXPECT_FALSE(Listener::open(folder / std::string(120, 'x'), "", warn));
  EXPECT_FALSE(Listener::open("", "", warn));
  const auto listener = Listener::open(folder / "missing/control", "", warn);
  ASSERT_FALSE(listener);
  EXPECT_NE(listener.error().message.find(folder / "missing"), std::string::npos);
}

TEST_F(ListenerTest, RemovesItsFileAndNobodyElses) {
  { const auto listener = open(); }
  EXPECT_FALSE(std::filesystem::exists(path));
  {
    const auto listener = open();
    ASSERT_EQ(::unlink(path.c_str()), 0);
    std::ofstream{path} << "somebody else's";
  }
  EXPECT_TRUE(std::filesystem::exists(path));
}

TEST_F(ListenerTest, AdoptsOnlyAListeningUnixSocket) {
  const int udp = ::socket(AF_INET, SOCK_DGRAM, 0);
  EXPECT_FALSE(Listener::adopt(udp));
  ::close(udp);
  const int idle = ::socket(AF_UNIX, SOCK_STREAM, 0);
  EXPECT_FALSE(Listener::adopt(idle));
  ::close(idle);
  auto made = open();
  const int fd = ::dup(made->release());
  EXPECT_TRUE(Listener::adopt(fd));
}

}  // namespace
}  // namespace herald::control
