#include "catalog_test.hpp"

namespace catalog_test {
namespace {

using Missing = Shipped;

// covers: S71
TEST_F(Missing, ARequiredParameterIsNamedAndNothingIsRendered) {
  EXPECT_TRUE(render("service_request.confirmed", R"({"service":"s","description":"d"})").empty());
  EXPECT_EQ(host.last_status().code, HERALD_E_INVALID);
  EXPECT_EQ(host.last_status().text,
            "parameter location of kind service_request.confirmed is missing; the text needs it "
            "(fr/service_request.confirmed.mustache:5)");
}

// covers: S71
TEST_F(Missing, AnEmptyOrNullParameterIsMissingToo) {
  for (const auto* service : {"null", "\"\"", "\" \\n \""}) {
    EXPECT_TRUE(render("provider.request", R"({"location":"l","description":"d","service":)" +
                                               std::string{service} + "}")
                    .empty());
    EXPECT_NE(host.last_status().text.find("parameter service of kind provider.request is missing"),
              std::string::npos)
        << host.last_status().text;
  }
}

// covers: S71
TEST_F(Missing, HalfAPriceIsAnError) {
  EXPECT_TRUE(render("provider.request",
                     R"({"service":"s","location":"l","description":"d","price":{"min":5}})")
                  .empty());
  EXPECT_NE(host.last_status().text.find("parameter price.max of kind"), std::string::npos)
      << host.last_status().text;
}

TEST_F(Missing, AKindWithoutTemplateIsNamed) {
  EXPECT_TRUE(render("order.shipped", "{}").empty());
  EXPECT_EQ(host.last_status().text,
            "there is no template for the kind order.shipped; add it to kinds.yaml");
}

TEST_F(Missing, AWrongTypeIsNamed) {
  EXPECT_TRUE(
      render("provider.request", R"({"service":5,"location":"l","description":"d"})").empty());
  EXPECT_EQ(host.last_status().text, "parameter service must be of type string");
  EXPECT_TRUE(
      render("provider.request", R"({"service":"s","location":"l","description":"d","price":"5"})")
          .empty());
  EXPECT_EQ(host.last_status().text, "parameter price must be an object");
  EXPECT_TRUE(render("message", "[]").empty());
  EXPECT_EQ(host.last_status().text, "the parameters are not a JSON object");
}

}  // namespace
}  // namespace catalog_test
