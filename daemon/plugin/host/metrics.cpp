#include <algorithm>
#include <cmath>

#include "plugin/host/side.hpp"
#include "plugin/text.hpp"

// herald.host.metrics/1: bounded here, kept by telemetry.
namespace herald::plugin {

namespace {

constexpr std::size_t kMaxMetrics = 64, kMaxLabelSets = 100, kMaxLabels = 8, kMaxLabelValue = 128;

bool is_name(std::string_view name) {
  return !name.empty() && name.size() <= 64 && name[0] >= 'a' && name[0] <= 'z' &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
         });
}

MetricsPort::Kind kind_of(uint32_t kind) {
  if (kind == HERALD_COUNTER) return MetricsPort::Kind::counter;
  return kind == HERALD_GAUGE ? MetricsPort::Kind::gauge : MetricsPort::Kind::histogram;
}

herald_status define(const herald_host* host, herald_token metric, uint32_t kind,
                     herald_str raw_name, herald_str raw_help) noexcept {
  return on_side(host, "define", [&](Side& side) -> herald_status {
    const auto name = text_of(raw_name, 64);
    const auto help = text_of(raw_help, 500);
    if (metric == 0 || !name || !is_name(*name) || !help || kind < HERALD_COUNTER ||
        kind > HERALD_HISTOGRAM)
      return HERALD_E_INVALID;
    Held::Metric wanted{"herald_plugin_" + *name, *help, kind, {}};
    const auto status = side.held.with([&](Held& h) -> herald_status {
      const auto it = h.metrics.find(metric);
      if (it != h.metrics.end())
        return it->second.name == wanted.name && it->second.kind == kind ? HERALD_OK
                                                                         : HERALD_E_CONFLICT;
      if (h.closed || h.metrics.size() >= kMaxMetrics) return HERALD_E_LIMIT;
      h.metrics.emplace(metric, wanted);
      return HERALD_OK;
    });
    if (status != HERALD_OK) return status;
    if (auto ok = side.ports.metrics.define(kind_of(kind), wanted.name, *help); !ok) {
      side.held.with([&](Held& h) { h.metrics.erase(metric); });
      return status_of(ok.error().code);
    }
    return HERALD_OK;
  });
}

herald_status record(const herald_host* host, herald_token metric, double value,
                     herald_kvs raw) noexcept {
  return on_side(host, "record", [&](Side& side) -> herald_status {
    if (!std::isfinite(value) || raw.size > kMaxLabels || (raw.size != 0 && raw.data == nullptr))
      return HERALD_E_INVALID;
    MetricsPort::Labels labels{{"instance", side.name()}};
    std::string key;
    for (uint64_t i = 0; i < raw.size; ++i) {
      auto label = text_of(raw.data[i].key, 64);
      auto text = text_of(raw.data[i].value, kMaxLabelValue);
      if (!label || !is_name(*label) || *label == "instance" || !text) return HERALD_E_INVALID;
      key += *label + '\0' + *text + '\0';
      labels.emplace_back(std::move(*label), std::move(*text));
    }
    herald_status status = HERALD_OK;
    std::string name;
    side.held.with([&](Held& h) {
      const auto it = h.metrics.find(metric);
      if (it == h.metrics.end()) {
        status = HERALD_E_STATE;
        return;
      }
      auto& m = it->second;
      if (m.kind == HERALD_COUNTER && value < 0) {
        status = HERALD_E_INVALID;
        return;
      }
      name = m.name;
      if (m.label_sets.contains(key)) return;
      if (m.label_sets.size() < kMaxLabelSets)
        m.label_sets.insert(key);
      else
        status = HERALD_E_LIMIT;
    });
    if (name.empty()) return status;
    if (status == HERALD_E_LIMIT) labels = {{"instance", side.name()}, {"other", "true"}};
    side.ports.metrics.record(name, value, labels);
    return status;
  });
}

}  // namespace

const herald_host_metrics* metrics_table() {
  static const herald_host_metrics table{sizeof table, 0, &define, &record};
  return &table;
}

}  // namespace herald::plugin
