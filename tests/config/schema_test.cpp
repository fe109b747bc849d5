// config/herald.schema.json and the reader know the same keys.
#include <boost/json.hpp>
#include <set>

#include "config/settings.hpp"
#include "support.hpp"

namespace herald::config {
namespace {

namespace json = boost::json;

const std::string kFile = std::string{HERALD_SOURCE} + "/config/herald.schema.json";

// All key paths of a schema, in the notation of settings().
void collect(const json::object& schema, const std::string& path, std::set<std::string>& out) {
  if (const auto* properties = schema.if_contains("properties"))
    for (const auto& [key, value] : properties->as_object()) {
      const auto below = path.empty() ? std::string{key} : path + '.' + std::string{key};
      out.insert(below);
      collect(value.as_object(), below, out);
    }
  if (const auto* more = schema.if_contains("additionalProperties");
      more != nullptr && more->is_object())
    collect(more->as_object(), path + ".*", out);
  if (const auto* items = schema.if_contains("items")) {
    if (const auto* any = items->as_object().if_contains("anyOf"))
      for (const auto& one : any->as_array()) collect(one.as_object(), path + "[]", out);
    collect(items->as_object(), path + "[]", out);
  }
}

// A file that holds nothing but that key.
std::string file_with(const std::string& path) {
  std::string open, close, part;
  std::istringstream parts{path};
  while (std::getline(parts, part, '.')) {
    const bool list = part.ends_with("[]");
    open += (part == "*" ? "x" : part.substr(0, part.size() - (list ? 2 : 0))) +
            (list ? ": [{" : ": {");
    close = (list ? "}]" : "}") + close;
  }
  open.resize(open.size() - 1);  // the last one is the value
  return "{" + open + "null" + close.substr(1) + "}\n";
}

TEST(Schema, TheFileIsWhatTheReaderGenerates) {
  const auto generated = json_schema();
  if (generated != slurp(kFile)) {
    const auto fresh = testing::TempDir() + "herald.schema.json";
    std::ofstream{fresh} << generated;
    FAIL() << "config/herald.schema.json is old: cp " << fresh << ' ' << kFile;
  }
}

TEST(Schema, EveryKeyOfTheSchemaIsAcceptedByTheReader) {
  std::set<std::string> keys;
  collect(json::parse(slurp(kFile)).as_object(), {}, keys);
  EXPECT_GT(keys.size(), 70U);
  for (const auto& key : keys) {
    const Loaded l{file_with(key)};
    EXPECT_EQ(l.shown().find("unknown key"), std::string::npos) << file_with(key) << l.shown();
    EXPECT_EQ(l.shown().find("not YAML"), std::string::npos) << file_with(key) << l.shown();
    const Loaded wrong{file_with(key + "zz")};
    EXPECT_NE(wrong.shown().find("unknown key"), std::string::npos)
        << file_with(key + "zz") << wrong.shown();
  }
}

TEST(Schema, EveryKeyOfTheReaderIsInTheSchema) {
  std::set<std::string> keys;
  collect(json::parse(slurp(kFile)).as_object(), {}, keys);
  for (const auto& s : settings()) {
    EXPECT_TRUE(keys.contains(s.path)) << s.path;
    EXPECT_FALSE(s.help.empty()) << s.path;
  }
  EXPECT_EQ(keys.size(), settings().size());
}

}  // namespace
}  // namespace herald::config
