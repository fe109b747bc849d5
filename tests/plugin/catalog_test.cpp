#include "plugin/catalog.hpp"

#include <gtest/gtest.h>

namespace herald::plugin {
namespace {

TEST(Catalog, ReadsKindsWithEverythingTheyCanHave) {
  const auto c = parse_catalog(
      R"({"version":"7","kinds":[{"kind":"service_request.status","type":"status_update",
    "priority":"high","dedupe":["request_id","status"],"locales":["fr","en"],
    "actions":[{"id":"accept","label":"OUI","text":"OUI"}],
    "params":[{"name":"status","type":"string","limits":{"max_bytes":100,"values":["a","b"]}},
              {"name":"request_id","type":"integer","required":true},
              {"name":"urgency","type":"string","default":"Normal"},
              {"name":"provider","type":"object","required":false,"fields":[{"name":"phone","type":"phone"}]}]},
    {"kind":"message"}]})");
  ASSERT_TRUE(c) << c.error().message;
  EXPECT_EQ(c->version, "7");
  ASSERT_EQ(c->kinds.size(), 2U);
  const auto& k = c->kinds.at("service_request.status");
  EXPECT_EQ(k.type, "status_update");
  EXPECT_EQ(k.priority, model::Priority::high);
  EXPECT_EQ(k.dedupe, (std::vector<std::string>{"request_id", "status"}));
  EXPECT_EQ(k.locales.size(), 2U);
  EXPECT_EQ(k.actions[0].label, "OUI");
  ASSERT_EQ(k.params.size(), 4U);
  EXPECT_EQ(k.params[0].max_bytes, 100U);
  EXPECT_EQ(k.params[0].values, (std::vector<std::string>{"a", "b"}));
  EXPECT_TRUE(k.params[0].required);
  EXPECT_EQ(k.params[2].default_json, "\"Normal\"");
  EXPECT_FALSE(k.params[2].required);
  EXPECT_FALSE(k.params[3].required);
  EXPECT_EQ(k.params[3].fields.at(0).type, "phone");
  EXPECT_EQ(c->kinds.at("message").type, "info");
}

TEST(Catalog, RefusesWhatItCannotTrust) {
  for (const auto* json :
       {"", "[]", "{}", R"({"kinds":{}})", R"({"kinds":[{}]})", R"({"kinds":[{"kind":"a b"}]})",
        R"({"kinds":[{"kind":"a"},{"kind":"a"}]})", R"({"kinds":[{"kind":"a","priority":"top"}]})",
        R"({"kinds":[{"kind":"a","params":[{"name":"x","type":"blob"}]}]})",
        R"({"kinds":[{"kind":"a","params":[{"name":"x"},{"name":"x"}]}]})",
        R"({"kinds":[{"kind":"a","dedupe":["y"]}]})",
        R"({"kinds":[{"kind":"a","actions":[{"label":"no id"}]}]})",
        R"({"kinds":[{"kind":"a","params":[{"name":"x","limits":{"max_bytes":0}}]}]})"})
    EXPECT_FALSE(parse_catalog(json)) << json;
}

TEST(Rendered, TakesPartsTitleActionsAndFields) {
  const auto r = read_rendered({{"text/plain", "hello"},
                                {"title", "T"},
                                {"version", "3"},
                                {"actions", R"([{"id":"yes","label":"OUI","text":"OUI"}])"},
                                {"fields", R"({"price":"15 000"})"},
                                {"type", "info"}});
  ASSERT_TRUE(r) << r.error().message;
  EXPECT_EQ(r->parts.size(), 1U);
  EXPECT_EQ(r->title, "T");
  EXPECT_EQ(r->actions.at(0).id, "yes");
  EXPECT_EQ(r->fields_json, R"({"price":"15 000"})");
  EXPECT_EQ(r->version, "3");
}

// covers: F41
TEST(Rendered, RefusesTooMuchAndNonsense) {
  EXPECT_FALSE(read_rendered({{"title", "T"}}));
  EXPECT_FALSE(read_rendered({{"text/plain", std::string(64 * 1024 + 1, 'x')}}));
  EXPECT_FALSE(read_rendered({{"text/plain", "x"}, {"actions", "{"}}));
  EXPECT_FALSE(read_rendered({{"text/plain", "x"}, {"fields", R"({"a":1})"}}));
}

TEST(Content, IsRenderedWithoutAPlugin) {
  model::ports::Channels::RenderRequest request;
  request.content_json =
      R"({"title":"T","markdown":"**a** <b>","type":"info","actions":[{"id":"y","label":"OUI"}]})";
  request.formats = {"text/markdown", "text/plain", "text/html"};
  auto r = render_content(request);
  ASSERT_TRUE(r) << r.error().message;
  EXPECT_EQ(r->parts.at("text/markdown"), "**a** <b>");
  EXPECT_EQ(r->parts.at("text/plain"), "**a** <b>");
  EXPECT_FALSE(r->parts.contains("text/html"));
  EXPECT_EQ(r->title, "T");
  EXPECT_EQ(r->actions.at(0).text, "OUI");
  request.formats = {"text/html"};
  EXPECT_EQ(render_content(request)->parts.at("text/plain"), "**a** <b>");
  request.content_json = R"({"markdown":")" + std::string(64 * 1024 + 1, 'x') + "\"}";
  EXPECT_FALSE(render_content(request));
  request.content_json = "{}";
  EXPECT_FALSE(render_content(request));
}

}  // namespace
}  // namespace herald::plugin
