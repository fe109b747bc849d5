// catalog_test.hpp - the plugin in a FakeHost, over the shipped templates or over a folder of a
// test.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <boost/json.hpp>
#include <filesystem>
#include <fstream>
#include <herald/testing/fake_host.hpp>
#include <sstream>

namespace catalog_test {

using herald::testing::FakeHost;

inline std::string read(const std::string& path) {
  std::ifstream in{path, std::ios::binary};
  EXPECT_TRUE(in) << path;
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

/// A golden text without its final line feed.
inline std::string golden(const std::string& name) {
  auto text = read(std::string{CATALOG_GOLDEN} + "/" + name);
  EXPECT_TRUE(text.ends_with('\n'));
  text.pop_back();
  return text;
}

inline std::string settings(const std::string& folder) {
  return boost::json::serialize(boost::json::object{{"folder", folder}});
}

class Catalog : public testing::Test {
 protected:
  void use(const std::string& folder) {
    ASSERT_TRUE(host.load_file(CATALOG_PLUGIN).ok()) << host.last_status().text;
    ASSERT_TRUE(host.configure(settings(folder)).ok()) << host.last_status().text;
    ASSERT_TRUE(host.start().ok());
  }
  void TearDown() override { EXPECT_EQ(host.finish(), std::vector<std::string>{}); }

  /// All outputs by name; empty when it was refused, then last_status() says why.
  std::map<std::string, std::string> render(
      const std::string& kind, const std::string& params, const std::string& locale = "fr",
      const std::string& formats = "text/markdown text/plain") {
    herald::RenderRequest request;
    request.kind = kind;
    request.params_json = params;
    request.locale = locale;
    request.max_bytes = max_bytes;
    std::istringstream words{formats};
    for (std::string word; words >> word;) request.formats.push_back(word);
    const auto op = host.render(request);
    std::map<std::string, std::string> out;
    if (const auto* outcome = host.outcome(op))
      out.insert(outcome->output.begin(), outcome->output.end());
    return out;
  }
  std::string plain(const std::string& kind, const std::string& params,
                    const std::string& locale = "fr") {
    auto out = render(kind, params, locale);
    EXPECT_TRUE(out.contains("text/plain")) << host.last_status().text;
    return out["text/plain"];
  }

  FakeHost host;
  uint32_t max_bytes = 64 * 1024;
};

class Shipped : public Catalog {
 protected:
  void SetUp() override { use(CATALOG_TEMPLATES); }
};

/// A folder that the test fills.
class Folder : public Catalog {
 protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "catalog-XXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder = pattern;
  }
  void TearDown() override {
    Catalog::TearDown();
    std::filesystem::remove_all(folder);
  }
  void write(const std::string& name, const std::string& text) {
    const auto path = std::filesystem::path{folder} / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream{path, std::ios::binary} << text;
  }
  /// A folder with one kind `k` with the parameters a (required) and b, and this text.
  void one_kind(const std::string& text) {
    write("kinds.yaml",
          "locales: [fr]\nkinds:\n  k:\n    params:\n      a: { required: true, multiline: true "
          "}\n      b: {}\n");
    write("fr/k.mustache", text);
  }
  /// What configure() says; empty when it agrees.
  std::string refusal() {
    if (!host.plugin()) {
      EXPECT_TRUE(host.load_file(CATALOG_PLUGIN).ok());
    }
    const auto status = host.configure(settings(folder));
    EXPECT_TRUE(status.ok() || status.code == HERALD_E_INVALID);
    return status.text;
  }
  std::string folder;
};

}  // namespace catalog_test
