// The main file and conf.d.
#include <sys/stat.h>

#include <atomic>
#include <thread>

#include "support.hpp"

namespace herald::config {
namespace {

namespace fs = std::filesystem;

TEST(Files, ConfDMergesMapsAndAppendsLists) {
  const Folder f;
  const auto main = f.write("herald.yaml",
                            "http: { port: 1 }\nchannels: { log: { plugin: log } }\nroutes: [{ "
                            "name: a, chain: [log] }]\n");
  f.write("conf.d/20-b.yaml", "routes: [{ name: c, chain: [log] }]\nlocale: en\n");
  f.write("conf.d/10-a.yaml",
          "http: { max_connections: 9 }\nchannels: { sms: { plugin: sms } }\nroutes: [{ name: b, "
          "chain: [log] }]\n");
  f.write("conf.d/.hidden.yaml", "nonsense: 1\n");
  f.write("conf.d/readme.txt", "nonsense: 1\n");
  Diagnostics d;
  const auto c = load(main, d);
  ASSERT_TRUE(c) << d.render();
  EXPECT_EQ((*c)->http.port, 1U);
  EXPECT_EQ((*c)->http.max_connections, 9U);
  EXPECT_EQ((*c)->locale, "en");
  ASSERT_EQ((*c)->routes.size(), 3U);
  EXPECT_EQ((*c)->routes[0].name + (*c)->routes[1].name + (*c)->routes[2].name, "abc");
  EXPECT_EQ((*c)->channels.size(), 2U);
  EXPECT_EQ((*c)->folder, f.path());
  EXPECT_THAT((*c)->files,
              testing::ElementsAre(main, f / "conf.d/10-a.yaml", f / "conf.d/20-b.yaml"));
  EXPECT_EQ(to_string((*c)->routes[2].mark), (f / "conf.d/20-b.yaml") + ":1:10");
}

TEST(Files, TheSameSettingInTwoFilesIsAMistakeThatNamesBoth) {
  const Folder f;
  const auto main = f.write("herald.yaml", "http:\n  port: 1\nlog: { level: info }\n");
  f.write("conf.d/a.yaml", "http: { port: 2 }\nlog: none\n");
  Diagnostics d;
  EXPECT_FALSE(load(main, d));
  EXPECT_EQ(d.errors(), 2U);
  EXPECT_THAT(d.render(),
              testing::HasSubstr((f / "conf.d/a.yaml") + ":1:9: error: `port` is already set at " +
                                 main + ":2:3; remove one"));
  EXPECT_THAT(d.render(), testing::HasSubstr("`log` is already set at " + main + ":3:1"));
}

TEST(Files, RelativePathsInConfDAreMeantFromTheMainFolder) {
  const Folder f;
  f.write("key", "secret");
  f.write("conf.d/a.yaml", "secrets: { key: { file: key } }\n");
  Diagnostics d;
  const auto c = load(f.write("herald.yaml", ""), d);
  ASSERT_TRUE(c) << d.render();
  EXPECT_EQ((*c)->secrets.at("key").file, f / "key");
  EXPECT_TRUE(d.all().empty()) << d.render();
}

TEST(Files, MistakesOfAllFilesAreSaidTogether) {
  const Folder f;
  const auto main = f.write("herald.yaml", "a: [\n");
  f.write("conf.d/a.yaml", "b: *c\n");
  f.write("conf.d/b.yml", "");
  Diagnostics d;
  EXPECT_FALSE(load(main, d));
  EXPECT_THAT(d.render(), testing::HasSubstr(main + ":"));
  EXPECT_THAT(d.render(), testing::HasSubstr((f / "conf.d/a.yaml") + ":1:4: error:"));
  EXPECT_THAT(d.render(), testing::HasSubstr((f / "conf.d/b.yml") + ": warning: is not read"));
}

TEST(Files, WhatIsNoFileIsRefusedWithoutWaiting) {
  const Folder f;
  ASSERT_EQ(mkfifo((f / "pipe").c_str(), 0600), 0);
  for (const auto& path : {f / "pipe", f.path(), f / "missing.yaml", std::string{"/dev/zero"}}) {
    Diagnostics d;
    EXPECT_FALSE(load(path, d)) << path;
    EXPECT_THAT(d.render(), testing::StartsWith(path + ": error: cannot be read: "));
  }
}

// The "never a mixed config" part of fault 49; coalescing reloads is the app room's.
TEST(Files, NeverAMixtureWhileTheFilesAreReplaced) {
  const Folder f;
  for (const auto* side : {"a", "b"}) {
    f.write(std::string{side} + "/herald.yaml",
            std::string{"locale: "} + (*side == 'a' ? "fr" : "en") + "\n");
    f.write(std::string{side} + "/conf.d/x.yaml",
            std::string{"inbox: { keep: "} + (*side == 'a' ? "1" : "2") + " }\n");
  }
  fs::create_symlink("a", f / "now");
  std::atomic<bool> stop{false};
  std::thread swapper{[&] {
    for (bool b = true; !stop; b = !b) {
      fs::create_symlink(b ? "b" : "a", f / "next");
      fs::rename(f / "next", f / "now");
    }
  }};
  int loaded = 0;
  for (int i = 0; i < 500; ++i) {
    Diagnostics d;
    const auto c = load(f / "now/herald.yaml", d);
    if (!c) continue;  // it changed five times while it was read: said, and nothing replaced
    ++loaded;
    EXPECT_EQ((*c)->locale == "fr", (*c)->inbox_keep == 1) << "mixture";
  }
  stop = true;
  swapper.join();
  EXPECT_GT(loaded, 0);
}

}  // namespace
}  // namespace herald::config
