#include <gtest/gtest.h>
#include <herald/testing/fake_host.hpp>

#include "sdk/sample_template.hpp"

TEST(SdkTemplate, RendersEveryFormatAndItsExtras) {
  herald::testing::FakeHost host;
  ASSERT_TRUE(host.load(sample_template_entry()).ok());
  ASSERT_TRUE(host.start().ok());
  const auto catalog = host.catalog();
  ASSERT_NE(host.outcome(catalog), nullptr);
  EXPECT_NE(herald::find(host.outcome(catalog)->output, "application/json").find("greeting"),
            std::string::npos);
  const auto op = host.render({.kind = "greeting",
                               .params_json = "{}",
                               .locale = "fr-CM",
                               .formats = {"text/markdown", "text/plain"},
                               .max_bytes = 1000});
  ASSERT_NE(host.outcome(op), nullptr);
  EXPECT_EQ(host.outcome(op)->result, HERALD_DELIVERED);
  EXPECT_EQ(host.outcome(op)->output, (herald::Fields{{"text/markdown", "**Bonjour** {}"},
                                                      {"text/plain", "**Bonjour** {}"},
                                                      {"title", "Bonjour"},
                                                      {"fields", R"({"a":"1"})"},
                                                      {"version", "7"}}));
  const auto missing = host.render({.kind = "nothing"});
  EXPECT_EQ(host.outcome(missing), nullptr);
  EXPECT_EQ(host.last_status().code, HERALD_E_INVALID);
  EXPECT_EQ(host.last_status().text, "no template for nothing");
  EXPECT_TRUE(host.finish().empty());
}
