#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <boost/json.hpp>
#include <filesystem>
#include <fstream>
#include <herald/testing/fake_host.hpp>

namespace log_test {
namespace {

namespace fs = std::filesystem;

herald::Message message(const std::string& id = "n1") {
  herald::Message m;
  m.id = m.herald_id = id;
  m.kind = "message";
  m.type = "info";
  m.user = m.recipient = "42";
  m.address_kind = "user";
  m.priority = 1;
  m.parts = {{"text/plain", {}, "secret words"}};
  return m;
}

class Log : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "log-XXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder = pattern;
    file = folder + "/notifications.jsonl";
    ASSERT_TRUE(host.load_file(LOG_PLUGIN).ok()) << host.last_status().text;
  }
  void TearDown() override {
    EXPECT_EQ(host.finish(), std::vector<std::string>{});
    fs::remove_all(folder);
  }
  void use(const std::string& settings) {
    ASSERT_TRUE(host.configure(settings).ok()) << host.last_status().text;
    ASSERT_TRUE(host.start().ok());
  }
  void use_file(bool text = false) {
    use(boost::json::serialize(boost::json::object{{"file", file}, {"text", text}}));
  }
  const herald::Outcome& outcome(const herald::Message& m = message()) {
    const auto* found = host.outcome(host.deliver(m));
    EXPECT_NE(found, nullptr);
    return *found;
  }
  static std::vector<boost::json::object> lines(const std::string& path) {
    std::ifstream in{path};
    std::vector<boost::json::object> out;
    for (std::string line; std::getline(in, line);)
      out.push_back(boost::json::parse(line).as_object());
    return out;
  }

  herald::testing::FakeHost host;
  std::string folder, file;
};

// covers: S76
TEST_F(Log, SaysThatItReachesNobodyAndReportsAcceptedOnly) {
  const auto& d = host.descriptor();
  EXPECT_EQ(herald::view(d.id), "org.herald.log");
  EXPECT_NE(d.flags & HERALD_PLUGIN_REACHES_NOBODY, 0u);
  EXPECT_NE(d.flags & HERALD_PLUGIN_IDEMPOTENT, 0u);
  EXPECT_EQ(d.flags & HERALD_PLUGIN_RECEIPTS, 0u);
  EXPECT_EQ(herald::view(d.addresses), "user");
  EXPECT_EQ(d.evidence, herald::evidence(HERALD_RECEIPT_SENT));
  use_file();
  EXPECT_EQ(outcome().result, HERALD_ACCEPTED);
}

// covers: S89
TEST_F(Log, AppendsOneLinePerAttempt) {
  use_file();
  outcome(message("n1"));
  outcome(message("n2"));
  const auto got = lines(file);
  ASSERT_EQ(got.size(), 2u);
  EXPECT_EQ(got[0].at("id").as_string(), "n1");
  EXPECT_EQ(got[1].at("id").as_string(), "n2");
  EXPECT_EQ(got[0].at("user").as_string(), "42");
  EXPECT_EQ(got[0].at("priority").as_string(), "normal");
  EXPECT_FALSE(got[0].contains("text"));
  struct stat about {};
  ASSERT_EQ(stat(file.c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 0137u, 0u);  // at most 0640, whatever the umask
}

TEST_F(Log, KeepsWhatIsAlreadyInTheFile) {
  std::ofstream{file} << "{\"id\":\"old\"}\n";
  use_file();
  outcome();
  ASSERT_EQ(lines(file).size(), 2u);
  EXPECT_EQ(lines(file)[0].at("id").as_string(), "old");
}

TEST_F(Log, WritesTheTextOnlyWhenAsked) {
  use_file(true);
  outcome();
  EXPECT_EQ(lines(file).at(0).at("text").as_string(), "secret words");
}

TEST_F(Log, OpensTheFileAnewWhenItWasRotatedAway) {
  use_file();
  outcome(message("n1"));
  fs::rename(file, file + ".1");
  outcome(message("n2"));
  EXPECT_EQ(lines(file + ".1").size(), 1u);
  ASSERT_EQ(lines(file).size(), 1u);
  EXPECT_EQ(lines(file)[0].at("id").as_string(), "n2");
  fs::remove(file);
  std::ofstream{file}.flush();
  outcome(message("n3"));
  ASSERT_EQ(lines(file).size(), 1u);
  EXPECT_EQ(lines(file)[0].at("id").as_string(), "n3");
}

// covers: S76
TEST_F(Log, AFullDiskIsTriedAgainAndTellsTheCause) {
  use(R"({"file":"/dev/full"})");
  const auto& got = outcome();
  EXPECT_EQ(got.result, HERALD_RETRY);
  EXPECT_EQ(got.reason, HERALD_REASON_INTERNAL);
  EXPECT_NE(got.detail.find("cannot write to /dev/full: No space left on device; free some space"),
            std::string::npos)
      << got.detail;
}

// covers: S76
TEST_F(Log, AMissingFolderIsTriedAgainAndWorksOnceItIsThere) {
  file = folder + "/later/x.jsonl";
  use_file();
  EXPECT_TRUE(host.core.logged("cannot be used"));
  const auto got = outcome(message("n1"));
  EXPECT_EQ(got.result, HERALD_RETRY);
  EXPECT_NE(got.detail.find("create its folder"), std::string::npos) << got.detail;
  fs::create_directory(folder + "/later");
  EXPECT_EQ(outcome(message("n2")).result, HERALD_ACCEPTED);
  EXPECT_EQ(lines(file).size(), 1u);
}

TEST_F(Log, APipeWithoutReaderDoesNotStopIt) {
  ASSERT_EQ(mkfifo(file.c_str(), 0600), 0);
  use_file();
  EXPECT_EQ(outcome().result, HERALD_RETRY);
}

TEST_F(Log, WithoutAFileItGoesToTheDaemonsLog) {
  use("{}");
  auto m = message();
  m.user = "+237691234567";
  EXPECT_EQ(outcome(m).result, HERALD_ACCEPTED);
  ASSERT_EQ(host.core.logs.size(), 1u);
  const auto& got = host.core.logs[0];
  EXPECT_EQ(got.level, HERALD_LOG_INFO);
  EXPECT_EQ(got.text, "notification recorded");
  EXPECT_EQ(herald::find(got.fields, "id"), "n1");
  EXPECT_EQ(herald::find(got.fields, "user"), "+2376•••••567");
  for (const auto& [key, value] : got.fields)
    EXPECT_EQ(value.find("secret"), std::string::npos) << key;
}

TEST_F(Log, RefusesSettingsItDoesNotUnderstand) {
  const std::pair<const char*, const char*> cases[] = {
      {R"({"fil":"/x"})", "log has no setting `fil`; there are: file, to, text"},
      {R"({"file":5})", "`file` must be the path"},
      {R"({"file":"x"})", "absolute"},
      {R"({"to":"syslog"})", "`to` must be file or journal"},
      {R"({"to":"file"})", "needs the setting `file`"},
      {R"({"to":"journal","file":"/x"})", "exclude each other"},
      {R"({"text":"yes","file":"/x"})", "`text` must be true or false"},
      {R"({"text":true})", "needs the setting `file`"},
  };
  for (const auto& [settings, part] : cases) {
    const auto status = host.configure(settings);
    EXPECT_EQ(status.code, HERALD_E_INVALID) << settings;
    EXPECT_NE(status.text.find(part), std::string::npos) << status.text;
  }
  EXPECT_TRUE(host.configure(R"({"to":"journal"})").ok());
}

TEST_F(Log, AReloadMovesToAnotherFile) {
  use_file();
  outcome(message("n1"));
  const auto other = folder + "/other.jsonl";
  ASSERT_TRUE(host.configure(boost::json::serialize(boost::json::object{{"file", other}})).ok());
  outcome(message("n2"));
  EXPECT_EQ(lines(file).size(), 1u);
  EXPECT_EQ(lines(other).size(), 1u);
}

}  // namespace
}  // namespace log_test
