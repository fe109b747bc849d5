#include <sys/stat.h>

#include <cstdlib>

#include "support.hpp"

namespace herald::config {
namespace {

TEST(Secrets, AreReadFromAFileWithoutTheLineEnd) {
  const Folder f;
  EXPECT_EQ(read_secret({f.write("s", "hunter2\r\n"), ""}).value(), "hunter2");
  EXPECT_EQ(read_secret({f.write("s", " a\nb "), ""}).value(), " a\nb ");
}

TEST(Secrets, AreReadAnewEachTime) {
  const Folder f;
  const Secret s{f.write("s", "old"), ""};
  EXPECT_EQ(read_secret(s).value(), "old");
  f.write("s", "new");
  EXPECT_EQ(read_secret(s).value(), "new");
}

TEST(Secrets, AreReadFromASystemdCredential) {
  const Folder f;
  f.write("token", "abc\n");
  unsetenv("CREDENTIALS_DIRECTORY");
  const auto without = read_secret({"", "token"});
  ASSERT_FALSE(without);
  EXPECT_THAT(without.error().message, testing::HasSubstr("LoadCredential=token"));
  setenv("CREDENTIALS_DIRECTORY", f.path().c_str(), 1);
  EXPECT_EQ(read_secret({"", "token"}).value(), "abc");
  unsetenv("CREDENTIALS_DIRECTORY");
}

TEST(Secrets, EmptyLargeAndMissingOnesAreErrorsWithoutTheValue) {
  const Folder f;
  EXPECT_EQ(read_secret({f.write("empty", "\n\n"), ""}).error().code, base::Code::invalid);
  const auto large = read_secret({f.write("large", std::string(70'000, 'q')), ""});
  EXPECT_EQ(large.error().code, base::Code::too_large);
  EXPECT_EQ(large.error().message.find("qqq"), std::string::npos);
  EXPECT_EQ(read_secret({f / "missing", ""}).error().code, base::Code::not_found);
  EXPECT_EQ(read_secret({f.path(), ""}).error().code, base::Code::not_found);
}

TEST(Secrets, AFileThatEverybodyCanReadIsWarnedOf) {
  const Folder f;
  f.write("s", "x");
  chmod((f / "s").c_str(), 0644);
  Diagnostics d;
  ASSERT_TRUE(load(f.write("herald.yaml", "secrets: { s: { file: s } }\n"), d));
  EXPECT_THAT(d.render(),
              testing::HasSubstr(":1:23: warning: " + (f / "s") + " can be read by everybody"));
}

}  // namespace
}  // namespace herald::config
