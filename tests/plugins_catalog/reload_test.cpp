#include "catalog_test.hpp"

namespace catalog_test {
namespace {

using Reload = Folder;

std::string version(FakeHost& host) {
  const auto* outcome = host.outcome(host.catalog());
  if (outcome == nullptr) return "refused";
  return std::string{boost::json::parse(herald::find(outcome->output, "application/json"))
                         .at("version")
                         .as_string()};
}

TEST_F(Reload, AskingForTheCatalogTakesChangedTextsOver) {
  one_kind("un {{a}}\n");
  use(folder);
  const auto before = version(host);
  EXPECT_EQ(version(host), before);
  EXPECT_EQ(plain("k", R"({"a":"x"})"), "un x");
  one_kind("deux {{a}}\n");
  EXPECT_EQ(plain("k", R"({"a":"x"})"), "un x");
  EXPECT_NE(version(host), before);
  EXPECT_EQ(plain("k", R"({"a":"x"})"), "deux x");
}

TEST_F(Reload, AMistakeFailsTheReloadAndTheOldTextsStay) {
  one_kind("un {{a}}\n");
  use(folder);
  one_kind("deux {{#a}}\n");
  EXPECT_EQ(version(host), "refused");
  EXPECT_EQ(host.last_status().code, HERALD_E_INVALID);
  EXPECT_NE(host.last_status().text.find("fr/k.mustache:1:6: "), std::string::npos)
      << host.last_status().text;
  EXPECT_FALSE(host.configure(settings(folder)).ok());
  EXPECT_EQ(plain("k", R"({"a":"x"})"), "un x");
}

TEST_F(Reload, SettingsAreChecked) {
  ASSERT_TRUE(host.load_file(CATALOG_PLUGIN).ok());
  EXPECT_NE(host.configure("{}").text.find("`folder` is missing"), std::string::npos);
  EXPECT_NE(host.configure(R"({"folder":""})").text.find("must be the path"), std::string::npos);
  EXPECT_NE(host.configure(R"({"folder":"templates"})").text.find("absolute"), std::string::npos);
  EXPECT_NE(host.configure(R"({"foldr":"/x"})").text.find("no setting `foldr`; there is `folder`"),
            std::string::npos);
  EXPECT_NE(
      host.configure(R"({"folder":"/does/not/exist"})").text.find("/does/not/exist: is no folder"),
      std::string::npos);
  EXPECT_NE(host.configure(settings(folder)).text.find("kinds.yaml: not a file that can be read"),
            std::string::npos);
}

}  // namespace
}  // namespace catalog_test
