// The shipped catalog as the daemon reads it: what it lets producers submit.
#include <algorithm>

#include "catalog_test.hpp"
#include "delivery/params.hpp"
#include "plugin/catalog.hpp"

namespace catalog_test {
namespace {

namespace json = boost::json;

class HostCatalog : public Shipped {
 protected:
  void SetUp() override {
    Shipped::SetUp();
    const auto* outcome = host.outcome(host.catalog());
    ASSERT_NE(outcome, nullptr) << host.last_status().text;
    auto parsed = herald::plugin::parse_catalog(herald::find(outcome->output, "application/json"));
    ASSERT_TRUE(parsed) << parsed.error().message;
    catalog = std::move(*parsed);
  }
  /// Empty when the host takes it.
  std::string refusal(const std::string& kind, const std::string& params) {
    const auto checked =
        herald::delivery::check_params(catalog.kinds.at(kind), json::parse(params).as_object());
    return checked ? std::string{} : checked.error().message;
  }
  herald::model::Catalog catalog;
};

TEST_F(HostCatalog, HasTheFourKinds) {
  std::vector<std::string> names;
  for (const auto& [name, kind] : catalog.kinds) names.push_back(name + " " + kind.type);
  EXPECT_EQ(names, (std::vector<std::string>{"message info", "provider.request provider_request",
                                             "service_request.confirmed confirmation",
                                             "service_request.status status_update"}));
  EXPECT_EQ(catalog.kinds.at("service_request.status").dedupe,
            (std::vector<std::string>{"request_id", "status"}));
  EXPECT_EQ(catalog.kinds.at("provider.request").actions.size(), 2u);
  EXPECT_EQ(catalog.kinds.at("message").locales, (std::vector<std::string>{"fr", "en"}));
}

// covers: S02 S03 S04
TEST_F(HostCatalog, TakesWhatTheApplicationSends) {
  EXPECT_EQ(refusal("message", R"({"message":"Bonjour"})"), "");
  EXPECT_EQ(refusal("message", R"({"message":"Bonjour","type":"status_update"})"), "");
  EXPECT_EQ(
      refusal("service_request.confirmed", R"({"service":"s","location":"l","description":"d"})"),
      "");
  EXPECT_EQ(
      refusal("service_request.confirmed",
              R"({"service":"s","location":"l","description":"d","urgency":null,"request_id":42})"),
      "");
  EXPECT_EQ(
      refusal("service_request.status", R"({"status":"en cours","service":"s","request_id":"42"})"),
      "");
  EXPECT_EQ(refusal("service_request.status",
                    R"({"status":"assigned","service":"s","request_id":42,
                        "provider":{"name":"Jean","phone":"237691234567","rating":4.5}})"),
            "");
  EXPECT_EQ(
      refusal("service_request.status", R"({"status":"assigned","service":"s","provider":null})"),
      "");
  EXPECT_EQ(refusal("provider.request", R"({"service":"s","location":"l","description":"d",
                                            "price":{"min":3000,"max":10000,"currency":"XAF"}})"),
            "");
  EXPECT_EQ(refusal("provider.request", R"({"service":"s","location":"l","description":"d"})"), "");
}

// covers: S71
TEST_F(HostCatalog, RefusesWhatIsMissingByName) {
  EXPECT_NE(refusal("message", "{}").find("message"), std::string::npos);
  EXPECT_NE(
      refusal("service_request.confirmed", R"({"service":"s","description":"d"})").find("location"),
      std::string::npos);
  EXPECT_NE(refusal("service_request.status", R"({"service":"s"})").find("status"),
            std::string::npos);
  EXPECT_NE(refusal("provider.request",
                    R"({"service":"s","location":"l","description":"d","price":{"min":1}})")
                .find("max"),
            std::string::npos);
  EXPECT_NE(refusal("message", R"({"message":"x","type":"system"})").find("must be one of"),
            std::string::npos);
  EXPECT_NE(refusal("message", R"({"message":"x","mesage":"y"})").find("not known"),
            std::string::npos);
}

// What the host takes the plugin can render, in every locale and with the least that is required.
TEST_F(HostCatalog, TheLeastThatIsTakenCanBeRendered) {
  for (const auto& [name, kind] : catalog.kinds) {
    json::object least;
    for (const auto& param : kind.params)
      if (param.required) least[param.name] = "x";
    const auto filled = herald::delivery::check_params(kind, least);
    ASSERT_TRUE(filled) << filled.error().message;
    for (const auto& locale : kind.locales) {
      const auto out = render(name, json::serialize(*filled), locale);
      ASSERT_TRUE(out.contains("text/plain")) << host.last_status().text;
      herald::plugin::read_rendered({out.begin(), out.end()}).value();
    }
  }
}

}  // namespace
}  // namespace catalog_test
