#include "telemetry/log.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <boost/json/parse.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/clock.hpp"

namespace herald::telemetry {
namespace {

class LogTest : public ::testing::Test {
 protected:
  LogTest() {
    std::string name = std::filesystem::temp_directory_path() / "herald-log-XXXXXX";
    folder_ = ::mkdtemp(name.data());
    file_ = folder_ / "herald.log";
  }
  ~LogTest() override { std::filesystem::remove_all(folder_); }
  std::string read() const {
    std::stringstream out;
    out << std::ifstream{file_}.rdbuf();
    return out.str();
  }
  std::filesystem::path folder_, file_;
};

TEST_F(LogTest, OneEventIsOneLineWhateverTheTextHolds) {
  auto log = Logging::open({base::LogLevel::info, false, file_.string()});
  ASSERT_TRUE(log);
  (*log)->warning("test.event", "line\nbreak \x1b[31m \xff", {{"key", "a b\r\n\"c\""}});
  const auto text = read();
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1);
  EXPECT_NE(
      text.find(
          "warning [test.event] line\\x0abreak \\x1b[31m \\xff key=\"a b\\\\x0d\\\\x0a\\\"c\\\"\""),
      std::string::npos)
      << text;
  struct stat info {};
  ASSERT_EQ(::stat(file_.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0640U);
}

TEST_F(LogTest, JsonLinesParseAndKeepTheirFields) {
  auto log = Logging::open({base::LogLevel::info, true, file_.string()});
  ASSERT_TRUE(log);
  (*log)->info("test.event", "text \xfe", {{"id", "42"}});
  const auto line = boost::json::parse(read());
  EXPECT_EQ(line.at("event"), "test.event");
  EXPECT_EQ(line.at("id"), "42");
  EXPECT_TRUE(base::parse_iso8601(std::string{line.at("at").as_string()}));
}

TEST_F(LogTest, TheLevelHoldsAndCanBeChanged) {
  auto log = Logging::open({base::LogLevel::warning, false, file_.string()});
  ASSERT_TRUE(log);
  (*log)->info("a", "hidden");
  EXPECT_EQ(read(), "");
  ASSERT_TRUE((*log)->reconfigure({base::LogLevel::debug, false, file_.string()}));
  (*log)->debug("a", "shown");
  EXPECT_NE(read().find("shown"), std::string::npos);
}

TEST_F(LogTest, AFileThatCannotBeWrittenIsRefusedAndTheOldOneKept) {
  auto log = Logging::open({base::LogLevel::info, false, file_.string()});
  ASSERT_TRUE(log);
  std::ofstream{folder_ / "plain"} << "x";
  EXPECT_FALSE((*log)->reconfigure(
      {base::LogLevel::info, false, (folder_ / "plain" / "herald.log").string()}));
  (*log)->info("a", "still here");
  EXPECT_NE(read().find("still here"), std::string::npos);
}

}  // namespace
}  // namespace herald::telemetry
