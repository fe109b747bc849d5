// The files in config/: they load, and what they say of defaults is true.
#include <regex>

#include "config/settings.hpp"
#include "support.hpp"

namespace herald::config {
namespace {

const std::string kConfig = std::string{HERALD_SOURCE} + "/config/";

// herald.yaml with every `#name: value` line brought to life.
std::string uncommented() {
  std::istringstream in{slurp(kConfig + "herald.yaml")};
  std::string out, line;
  const std::regex setting{"^( *)#([a-z0-9_]+:.*)$"};
  while (std::getline(in, line)) out += std::regex_replace(line, setting, "$1$2") + '\n';
  return out;
}

TEST(Shipped, TheDefaultFileLoadsCleanly) {
  Diagnostics d;
  const auto c = load(kConfig + "herald.yaml", d);
  ASSERT_TRUE(c) << d.render();
  EXPECT_TRUE(d.all().empty()) << d.render();
  ASSERT_EQ((*c)->channels.size(), 3U);
  EXPECT_FALSE((*c)->channel("whatsapp")->enabled);
  EXPECT_EQ((*c)->http.address, "127.0.0.1");
  EXPECT_FALSE((*c)->development);
}

TEST(Shipped, ItsCommentedSettingsAreTheDefaults) {
  Diagnostics d;
  const auto plain = load(kConfig + "herald.yaml", d);
  const auto live =
      load_text({{"herald.yaml", uncommented()}}, d, kConfig.substr(0, kConfig.size() - 1));
  ASSERT_TRUE(plain && live) << d.render();
  EXPECT_THAT(diff(**plain, **live), testing::IsEmpty());
  const Config defaults;
  EXPECT_EQ((*live)->store, defaults.store);
  EXPECT_EQ((*live)->http, defaults.http);
  EXPECT_EQ((*live)->control, defaults.control);
  EXPECT_EQ((*live)->log, defaults.log);
  EXPECT_EQ((*live)->limits, defaults.limits);
  EXPECT_EQ((*live)->auth, defaults.auth);
}

TEST(Shipped, ItNamesEverySetting) {
  Diagnostics d;
  const auto live = load_text({{"herald.yaml", uncommented()}}, d, "/etc/herald");
  ASSERT_TRUE(live) << d.render();
  const auto text = slurp(kConfig + "herald.yaml");
  for (const auto& s : settings()) {
    const auto name = s.path.substr(s.path.rfind('.') + 1);
    if (s.path.find('*') == std::string::npos && s.path.find('[') == std::string::npos)
      EXPECT_TRUE((*live)->marks.contains(s.path)) << s.path << " is not in herald.yaml";
    else
      EXPECT_TRUE(std::regex_search(text, std::regex{"\\b" + name + "\\b"}))
          << s.path << " is not in herald.yaml";
  }
}

TEST(Shipped, TheDemoFileLoadsInItsFolder) {
  const Folder f;
  for (const auto* name : {"whatsapp_token", "whatsapp_app_secret", "whatsapp_verify_token"})
    f.write(std::string{"secrets/"} + name, "x");
  std::filesystem::create_directory(f / "plugins");
  Diagnostics d;
  const auto c = load(f.write("herald.yaml", slurp(kConfig + "demo.yaml")), d);
  ASSERT_TRUE(c) << d.render();
  EXPECT_TRUE(d.all().empty()) << d.render();
  EXPECT_TRUE((*c)->development);
  EXPECT_EQ((*c)->store.url, "sqlite:" + (f / "herald.db"));
  EXPECT_EQ((*c)->control.socket, f / "control");
}

}  // namespace
}  // namespace herald::config
