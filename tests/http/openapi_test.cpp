#include <gtest/gtest.h>

#include <boost/json/value.hpp>

#include "base/json.hpp"
#include "base/text.hpp"
#include "http/producer_api.hpp"
#include "http/router.hpp"

namespace herald::http {
namespace {

namespace json = boost::json;

class NoProducer final : public model::ports::Producer {
 public:
  void submit(std::string, const json::value&, Reply) override {}
  void get(std::string, bool, Reply) override {}
  void timeline(std::string, bool, Reply) override {}
  void cancel(std::string, std::string, Reply) override {}
  void list(const json::object&, bool, Reply) override {}
  void dead_letters(const json::object&, Reply) override {}
  void redrive(const json::object&, std::string, Reply) override {}
};

json::value document() {
  auto parsed = base::parse_json(openapi_document());
  EXPECT_TRUE(parsed) << parsed.error().message;
  return *parsed;
}

/// Every "$ref" below a value.
void references(const json::value& value, std::vector<std::string>& out) {
  if (const auto* object = value.if_object()) {
    for (const auto& [key, inner] : *object) {
      if (key == "$ref")
        out.emplace_back(inner.as_string());
      else
        references(inner, out);
    }
  } else if (const auto* array = value.if_array()) {
    for (const auto& inner : *array) references(inner, out);
  }
}

// covers: S98
TEST(OpenApi, DescribesExactlyTheRoutesOfTheProducerApi) {
  Router router;
  NoProducer producer;
  ASSERT_TRUE(mount_producer_api(router, producer));
  ASSERT_TRUE(
      mount_service_pages(router, {[] { return ""; }, [] { return ""; }, openapi_document}));
  const auto whole = document();
  int described = 0;
  for (const auto& [path, operations] : whole.at("paths").as_object()) {
    if (std::string_view{path}.starts_with("/api/web-chat/"))
      continue;  // mounted by the webchat plugin
    for (const auto& [method, operation] : operations.as_object()) {
      std::string upper{method};
      for (auto& c : upper) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
      const auto match = router.find(upper, path);
      EXPECT_EQ(match.kind, Router::Match::Kind::route) << upper << ' ' << path;
      // What needs a credential says so, and nothing else does.
      ASSERT_TRUE(match.route) << upper << ' ' << path;
      EXPECT_EQ(match.route->access != model::web::Access::anyone,
                operation.as_object().contains("security"))
          << path;
      if (!match.route->scope.empty()) {
        EXPECT_NE(
            std::string_view{operation.at("description").as_string()}.find(match.route->scope),
            std::string_view::npos)
            << path;
      }
      ++described;
    }
  }
  EXPECT_EQ(described, 11);
}

TEST(OpenApi, EveryReferenceHasItsTarget) {
  const auto whole = document();
  std::vector<std::string> found;
  references(whole, found);
  EXPECT_GT(found.size(), 50U);
  for (const auto& reference : found) {
    ASSERT_TRUE(reference.starts_with("#/")) << reference;
    const json::value* at = &whole;
    for (const auto part : base::split(std::string_view{reference}.substr(2), '/')) {
      at = at->is_object() ? at->get_object().if_contains(part) : nullptr;
      ASSERT_NE(at, nullptr) << reference;
    }
  }
}

}  // namespace
}  // namespace herald::http
