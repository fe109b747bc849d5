#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/guarded.hpp"
#include "base/result.hpp"

namespace herald::telemetry {

using Labels = std::vector<std::pair<std::string, std::string>>;
enum class MetricKind { counter, gauge, histogram };

/// Counters, gauges and histograms in the Prometheus text exposition format, version 0.0.4.
/// Thread-safe. A metric keeps at most kMaxSeries combinations of labels; further ones are counted
/// in herald_metric_series_dropped_total.
class Metrics {
 public:
  static constexpr std::size_t kMaxSeries = 1000;

  /// Defining the same name and kind again is fine; another kind is a conflict. Names:
  /// [a-zA-Z_][a-zA-Z0-9_]*.
  base::Result<void> define(MetricKind kind, std::string_view name, std::string_view help);
  /// Adds to a counter (negative values are ignored), observes a histogram (seconds), sets a gauge.
  /// Unknown names: ignored.
  void record(std::string_view name, double value, const Labels& labels = {});
  std::string expose() const;

 private:
  struct Series {
    double value = 0;
    std::vector<uint64_t> buckets;
    uint64_t count = 0;
  };
  struct Metric {
    MetricKind kind = MetricKind::counter;
    std::string help;
    std::map<std::string, Series> series;
  };
  struct State {
    std::map<std::string, Metric, std::less<>> metrics;
    uint64_t dropped = 0;
  };
  base::Guarded<State> state_;
};

}  // namespace herald::telemetry
