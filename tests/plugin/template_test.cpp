#include "stage.hpp"

namespace herald::plugin::testing {
namespace {

using base::Code;
using std::chrono::seconds;

class Template : public Stage {
 protected:
  std::shared_ptr<Record<std::string>> render(model::ports::Channels::RenderRequest r) {
    auto got = std::make_shared<Record<std::string>>();
    registry->render(std::move(r), [got](base::Result<model::Rendered> result) {
      got->add(result ? result->parts.begin()->second + "/" + result->title
                      : "error " + std::string{base::to_string(result.error().code)} + " " +
                            result.error().message);
    });
    return got;
  }
  static model::ports::Channels::RenderRequest request() {
    return {"message", R"({"message":"hi"})", "", "fr", "Africa/Douala", "chat", {"text/plain"}};
  }
};

TEST_F(Template, TheCatalogIsAskedAtStartAndReload) {
  source.catalog_json = R"({"version":"1","kinds":[{"kind":"message"}]})";
  EXPECT_NE(registry->catalog(), nullptr);
  run(spec(chat));
  EXPECT_EQ(registry->catalog()->version, "1");
  EXPECT_TRUE(registry->catalog()->kinds.contains("message"));
  source.catalog_json = R"({"version":"2","kinds":[]})";
  EXPECT_TRUE(registry->reload({spec(chat)}, templates()).empty());
  EXPECT_EQ(registry->catalog()->version, "2");
}

TEST_F(Template, ABadCatalogFailsTheReload) {
  run(spec(chat));
  source.catalog_json = R"({"version":"3","kinds":[{"kind":""}]})";
  const auto problems = registry->reload({spec(chat)}, templates());
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_EQ(problems[0].where, "templates");
  EXPECT_EQ(registry->catalog()->version, "1");
}

TEST_F(Template, RendersThroughThePlugin) {
  source.on_render = [&](herald_op op, const herald_render& r, herald_error*) {
    EXPECT_EQ(text(r.kind), "message");
    EXPECT_EQ(text(r.formats), "text/plain");
    EXPECT_EQ(text(r.channel), "chat");
    EXPECT_EQ(r.max_bytes, 64U * 1024);
    return source.produce(op, {{"text/plain", text(r.params_json)}, {"title", "T"}});
  };
  run(spec(chat));
  EXPECT_EQ(render(request())->at(0), R"({"message":"hi"}/T)");
}

TEST_F(Template, ContentNeedsNoPlugin) {
  run(spec(chat));
  auto r = request();
  r.content_json = R"({"title":"T","markdown":"hello"})";
  EXPECT_EQ(render(r)->at(0), "hello/T");
}

// covers: F41
TEST_F(Template, AFailureSaysWhetherItCanHeal) {
  source.on_render = [&](herald_op op, const herald_render& r, herald_error* e) -> herald_status {
    const auto what = text(r.kind);
    if (what == "reject") return source.complete(op, HERALD_REJECTED, 0, {}, "no such template");
    if (what == "retry") return source.complete(op, HERALD_RETRY, 0, {}, "busy");
    if (what == "huge") {
      EXPECT_EQ(source.produce(op, {{"text/plain", std::string(10 << 20, 'x')}}), HERALD_E_INVALID);
      return HERALD_OK;
    }
    if (what == "empty") return source.produce(op, {});
    e->text_size = 3;
    std::memcpy(e->text, "bad", 3);
    return HERALD_E_INVALID;
  };
  run(spec(chat));
  auto r = request();
  r.kind = "reject";
  EXPECT_EQ(render(r)->at(0), "error unprocessable no such template");
  r.kind = "retry";
  EXPECT_EQ(render(r)->at(0), "error unavailable busy");
  r.kind = "other";
  EXPECT_EQ(render(r)->at(0), "error unprocessable bad");
  r.kind = "empty";
  EXPECT_EQ(render(r)->at(0).substr(0, 14), "error internal");
  r.kind = "huge";
  const auto got = render(r);
  while (registry->misbehaviours("templates") == 0) std::this_thread::yield();
  pass(seconds{5});
  EXPECT_EQ(got->at(0), "error unavailable the plugin did not answer in time")
      << "a hung template has a deadline too";
}

TEST_F(Template, WithoutATemplatePluginOnlyContentIsRendered) {
  auto t = templates();
  t.plugin = "absent";
  EXPECT_EQ(registry->load({spec(chat)}, t).size(), 1U);
  EXPECT_TRUE(registry->start().empty());
  EXPECT_EQ(render(request())->at(0).substr(0, 17), "error unavailable");
}

}  // namespace
}  // namespace herald::plugin::testing
