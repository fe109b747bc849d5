#include "telemetry/metrics.hpp"

#include <gmock/gmock.h>

namespace herald::telemetry {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Metrics, ExposesCountersGaugesAndHistogramsWithTheirHelp) {
  Metrics m;
  ASSERT_TRUE(m.define(MetricKind::counter, "herald_a_total", "How many."));
  ASSERT_TRUE(m.define(MetricKind::gauge, "herald_g", "Now."));
  ASSERT_TRUE(m.define(MetricKind::histogram, "herald_h_seconds", "How long."));
  m.record("herald_a_total", 1, {{"channel", "webchat"}});
  m.record("herald_a_total", 2, {{"channel", "webchat"}});
  m.record("herald_a_total", -5, {{"channel", "webchat"}});
  m.record("herald_g", 4);
  m.record("herald_g", 3);
  m.record("herald_h_seconds", 0.002);
  const auto text = m.expose();
  EXPECT_THAT(text, HasSubstr("# HELP herald_a_total How many.\n# TYPE herald_a_total "
                              "counter\nherald_a_total{channel=\"webchat\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("herald_g 3\n"));
  EXPECT_THAT(text, HasSubstr("herald_h_seconds_bucket{le=\"0.001\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("herald_h_seconds_bucket{le=\"0.0025\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("herald_h_seconds_bucket{le=\"+Inf\"} 1\nherald_h_seconds_sum "
                              "0.002\nherald_h_seconds_count 1\n"));
}

TEST(Metrics, LabelsCannotForgeLines) {
  Metrics m;
  ASSERT_TRUE(m.define(MetricKind::counter, "a_total", "x\ny"));
  m.record("a_total", 1, {{"k", "v\"}\nforged 1"}, {"bad-name", "x"}});
  const auto text = m.expose();
  EXPECT_THAT(text, HasSubstr(R"(a_total{k="v\"}\nforged 1"} 1)"));
  EXPECT_THAT(text, Not(HasSubstr("bad-name")));
}

TEST(Metrics, EscapesAtBothEndsAndInARow) {
  Metrics metrics;
  ASSERT_TRUE(metrics.define(MetricKind::counter, "c", "h\\\n\""));
  metrics.record("c", 1, {{"a", "\"x\\\\y\n"}, {"b", ""}});
  const auto text = metrics.expose();
  EXPECT_NE(text.find(R"(c{a="\"x\\\\y\n",b=""} 1)"), std::string::npos) << text;
  EXPECT_NE(text.find(R"(# HELP c h\\\n")"), std::string::npos) << text;
}

TEST(Metrics, SeriesAreBoundedAndTheRestCounted) {
  Metrics m;
  ASSERT_TRUE(m.define(MetricKind::counter, "a_total", ""));
  for (std::size_t i = 0; i < Metrics::kMaxSeries + 7; ++i)
    m.record("a_total", 1, {{"i", std::to_string(i)}});
  EXPECT_THAT(m.expose(), HasSubstr("herald_metric_series_dropped_total 7\n"));
}

TEST(Metrics, NamesAndKindsAreChecked) {
  Metrics m;
  EXPECT_FALSE(m.define(MetricKind::counter, "9a", ""));
  EXPECT_FALSE(m.define(MetricKind::counter, "a b", ""));
  ASSERT_TRUE(m.define(MetricKind::counter, "a", ""));
  EXPECT_TRUE(m.define(MetricKind::counter, "a", ""));
  EXPECT_EQ(m.define(MetricKind::gauge, "a", "").error().code, base::Code::conflict);
  m.record("unknown", 1);
}

}  // namespace
}  // namespace herald::telemetry
