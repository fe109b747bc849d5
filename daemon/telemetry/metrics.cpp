#include "telemetry/metrics.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "base/text.hpp"

namespace herald::telemetry {
namespace {

/// Upper bounds in seconds, from a quick local answer to the time a person takes; where commits lie
/// they are close enough to place a p99 between two of them.
constexpr std::array<double, 29> kBounds{0.0005, 0.001, 0.0015, 0.002, 0.0025, 0.003, 0.0035, 0.004,
                                         0.005,  0.006, 0.007,  0.008, 0.009,  0.01,  0.012,  0.014,
                                         0.016,  0.02,  0.025,  0.035, 0.05,   0.07,  0.1,    0.25,
                                         0.5,    1,     5,      30,    120};

bool is_name(std::string_view name) {
  if (name.empty() || name.size() > 120 || (name[0] >= '0' && name[0] <= '9')) return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
}

/// Appends it; what needs no escape, as good as every label, is taken in one piece.
void append_escaped(std::string& out, std::string_view value, bool quotes) {
  const std::string_view special = quotes ? "\\\n\"" : "\\\n";
  while (true) {
    const auto n = value.find_first_of(special);
    out.append(value.substr(0, n));
    if (n == std::string_view::npos) return;
    out.append(1, '\\').append(1, value[n] == '\n' ? 'n' : value[n]);
    value.remove_prefix(n + 1);
  }
}

std::string escape(std::string_view value, bool quotes) {
  std::string out;
  append_escaped(out, value, quotes);
  return out;
}

std::string label_text(const Labels& labels) {
  std::string out;
  std::size_t size = 0;
  for (const auto& [key, value] : labels) size += key.size() + value.size() + 4;
  out.reserve(size);
  for (const auto& [key, value] : labels) {
    if (!is_name(key) || value.size() > 200 || !base::is_utf8(value)) continue;
    if (!out.empty()) out += ',';
    out.append(key).append("=\"");
    append_escaped(out, value, true);
    out.append(1, '"');
  }
  return out;
}

std::string number(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  std::array<char, 40> buffer{};
  std::snprintf(buffer.data(), buffer.size(), "%.15g", value);
  return buffer.data();
}

std::string braces(const std::string& labels, const std::string& more = {}) {
  if (labels.empty() && more.empty()) return {};
  return "{" + labels + (labels.empty() || more.empty() ? "" : ",") + more + "}";
}

}  // namespace

base::Result<void> Metrics::define(MetricKind kind, std::string_view name, std::string_view help) {
  if (!is_name(name))
    return base::fail(base::Code::invalid, "not a metric name: letters, digits and underscores",
                      std::string{name});
  return state_.with([&](State& state) -> base::Result<void> {
    const auto [it, added] = state.metrics.try_emplace(std::string{name});
    if (!added && it->second.kind != kind)
      return base::fail(base::Code::conflict, "this metric exists with another kind",
                        std::string{name});
    it->second.kind = kind;
    it->second.help = help;
    return {};
  });
}

void Metrics::record(std::string_view name, double value, const Labels& labels) {
  const auto key = label_text(labels);  // before the lock, which all threads want
  state_.with([&](State& state) {
    const auto metric = state.metrics.find(name);
    if (metric == state.metrics.end()) return;
    auto series = metric->second.series.find(key);
    if (series == metric->second.series.end()) {
      if (metric->second.series.size() >= kMaxSeries) return void(++state.dropped);
      series = metric->second.series.try_emplace(key).first;
    }
    auto& s = series->second;
    switch (metric->second.kind) {
      case MetricKind::counter:
        if (value > 0) s.value += value;
        break;
      case MetricKind::gauge:
        s.value = value;
        break;
      case MetricKind::histogram:
        if (s.buckets.empty()) s.buckets.resize(kBounds.size());
        for (std::size_t i = 0; i < kBounds.size(); ++i)
          if (value <= kBounds[i]) ++s.buckets[i];
        s.value += value;
        ++s.count;
        break;
    }
  });
}

std::string Metrics::expose() const {
  return state_.with([](const State& state) {
    std::string out;
    for (const auto& [name, metric] : state.metrics) {
      static constexpr std::array<std::string_view, 3> kKinds{"counter", "gauge", "histogram"};
      out += "# HELP " + name + ' ' + escape(metric.help, false) + "\n# TYPE " + name + ' ' +
             std::string{kKinds[static_cast<std::size_t>(metric.kind)]} + '\n';
      for (const auto& [labels, series] : metric.series) {
        if (metric.kind != MetricKind::histogram) {
          out += name + braces(labels) + ' ' + number(series.value) + '\n';
          continue;
        }
        for (std::size_t i = 0; i < kBounds.size(); ++i)
          out += name + "_bucket" + braces(labels, "le=\"" + number(kBounds[i]) + '"') + ' ' +
                 std::to_string(series.buckets[i]) + '\n';
        out += name + "_bucket" + braces(labels, "le=\"+Inf\"") + ' ' +
               std::to_string(series.count) + '\n';
        out += name + "_sum" + braces(labels) + ' ' + number(series.value) + '\n';
        out += name + "_count" + braces(labels) + ' ' + std::to_string(series.count) + '\n';
      }
    }
    out +=
        "# HELP herald_metric_series_dropped_total Label combinations over the limit of one "
        "metric.\n"
        "# TYPE herald_metric_series_dropped_total counter\nherald_metric_series_dropped_total " +
        std::to_string(state.dropped) + '\n';
    return out;
  });
}

}  // namespace herald::telemetry
