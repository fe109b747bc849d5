#include "plugin/scan.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "plugin/library.hpp"

namespace herald::plugin {
namespace {

namespace fs = std::filesystem;

/// A plugin folder of its own, with a good plugin in it.
class Scan : public ::testing::Test {
 protected:
  Scan() {
    std::string pattern = (fs::temp_directory_path() / "herald-scan-XXXXXX").string();
    root = fs::canonical(::mkdtemp(pattern.data()));
    dir = root / "plugins";
    fs::create_directory(dir);
    put(dir / "good.so");
  }
  ~Scan() override { fs::remove_all(root); }
  static void put(const fs::path& to) {
    fs::copy_file(fs::path{HERALD_TEST_PUPPETS} / "puppet.so", to);
    ::chmod(to.c_str(), 0755);
  }
  base::Result<Candidate> find(std::string_view name) { return find_plugin(name, {dir.string()}); }
  /// The refusal, which must be one line.
  std::string refusal(std::string_view name) {
    auto found = find(name);
    if (found) return "accepted";
    EXPECT_EQ(found.error().message.find('\n'), std::string::npos);
    EXPECT_NE(found.error().message.find(';'), std::string::npos)
        << "no next step: " << found.error().message;
    return found.error().message;
  }
  bool refused_for(std::string_view name, std::string_view cause) {
    const auto message = refusal(name);
    EXPECT_NE(message.find(cause), std::string::npos) << message;
    return message.find(cause) != std::string::npos;
  }
  fs::path root, dir;
};

TEST_F(Scan, FindsAPluginByItsShortNameAndByPath) {
  for (const auto& name :
       {std::string{"good"}, std::string{"good.so"}, (dir / "good.so").string()}) {
    const auto found = find(name);
    ASSERT_TRUE(found) << found.error().message;
    EXPECT_EQ(found->path, (dir / "good.so").string());
    EXPECT_EQ(found->sha256.size(), 64U);
  }
  EXPECT_TRUE(refused_for("absent", "no such file in the plugin path"));
}

TEST_F(Scan, TheCopyCannotBeChanged) {
  auto found = find("good");
  ASSERT_TRUE(found);
  EXPECT_LT(::pwrite(found->copy.get(), "x", 1, 0), 0);
  EXPECT_NE(::ftruncate(found->copy.get(), 0), 0);
}

// covers: F43
TEST_F(Scan, RefusesWhatOthersCouldHaveWritten) {
  ::chmod((dir / "good.so").c_str(), 0757);
  EXPECT_TRUE(refused_for("good", "writable by its group or others"));
  ::chmod((dir / "good.so").c_str(), 0775);
  EXPECT_TRUE(refused_for("good", "writable by its group or others"));
  ::chmod((dir / "good.so").c_str(), 0755);
  ::chmod(dir.c_str(), 0777);
  EXPECT_TRUE(refused_for("good", "writable by its group or others"));
  ::chmod(dir.c_str(), 0755);
  EXPECT_EQ(refusal("good"), "accepted");
}

// covers: F43
TEST_F(Scan, RefusesAFolderBelowThePathThatOthersCanWrite) {
  fs::create_directory(dir / "sub");
  put(dir / "sub" / "deep.so");
  ::chmod((dir / "sub").c_str(), 0777);
  EXPECT_TRUE(refused_for((dir / "sub" / "deep.so").string(), "writable by its group or others"));
}

// covers: F43
TEST_F(Scan, RefusesFilesOutsideThePath) {
  put(root / "outside.so");
  EXPECT_TRUE(refused_for((root / "outside.so").string(), "outside the plugin path"));
  EXPECT_TRUE(refused_for((dir / ".." / "outside.so").string(), "outside the plugin path"));
  EXPECT_TRUE(refused_for("../outside", "no such file"));
  fs::create_symlink(root / "outside.so", dir / "link.so");
  EXPECT_TRUE(refused_for("link", "outside the plugin path"));
  fs::create_symlink(dir / "good.so", dir / "inside.so");
  EXPECT_EQ(refusal("inside"), "accepted");
}

// covers: F43
TEST_F(Scan, RefusesAnotherOwnersFile) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give a file away";
  ASSERT_EQ(::chown((dir / "good.so").c_str(), 12345, 12345), 0);
  EXPECT_TRUE(refused_for("good", "owned by another user"));
}

TEST_F(Scan, RefusesWhatIsNoRegularFile) {
  ASSERT_EQ(::mkfifo((dir / "pipe.so").c_str(), 0644), 0);
  EXPECT_TRUE(refused_for("pipe", "no regular file"));
  fs::create_directory(dir / "folder.so");
  EXPECT_TRUE(refused_for("folder", "no regular file"));
}

// covers: F42
TEST_F(Scan, RefusesTruncatedAndForeignFiles) {
  const auto size = fs::file_size(dir / "good.so");
  for (const auto left :
       {std::uintmax_t{0}, std::uintmax_t{10}, std::uintmax_t{64}, size / 2, size - 1}) {
    fs::resize_file(dir / "good.so", left);
    EXPECT_TRUE(refused_for("good", left < 64 ? "not a shared library" : "truncated")) << left;
    fs::remove(dir / "good.so");
    put(dir / "good.so");
  }
  std::ofstream{dir / "text.so"}
      << "#!/bin/sh\necho this is no library, although it is long enough to hold a header of one\n";
  EXPECT_TRUE(refused_for("text", "not a shared library"));
  {
    std::fstream other{dir / "good.so", std::ios::in | std::ios::out | std::ios::binary};
    other.seekp(18);                   // e_machine
    other.put(static_cast<char>(40));  // 32-bit ARM
  }
  EXPECT_TRUE(refused_for("good", "another machine"));
}

TEST_F(Scan, APinnedHashDecides) {
  auto found = find("good");
  ASSERT_TRUE(found);
  const auto right = found->sha256;
  EXPECT_TRUE(Library::open(std::move(*found), right, true));
  auto again = find("good");
  auto refused = Library::open(std::move(*again), std::string(64, '0'), true);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("has SHA-256 " + right), std::string::npos);
}

TEST_F(Scan, AReplacedFileIsNewCodeAlthoughTheOldIsOpen) {
  auto one = find("good");
  auto first = Library::open(std::move(*one), {}, true);
  ASSERT_TRUE(first);
  EXPECT_EQ((*first)->offering(HERALD_CHANNEL)->flags, uint32_t{HERALD_PLUGIN_RECEIPTS});
  fs::remove(dir / "good.so");
  fs::copy_file(fs::path{HERALD_TEST_PUPPETS} / "puppet_idempotent.so", dir / "good.so");
  ::chmod((dir / "good.so").c_str(), 0755);
  auto two = find("good");
  auto second = Library::open(std::move(*two), {}, true);
  ASSERT_TRUE(second);
  EXPECT_EQ((*second)->offering(HERALD_CHANNEL)->flags, uint32_t{HERALD_PLUGIN_IDEMPOTENT});
  EXPECT_EQ((*first)->offering(HERALD_CHANNEL)->flags, uint32_t{HERALD_PLUGIN_RECEIPTS});
}

}  // namespace
}  // namespace herald::plugin
