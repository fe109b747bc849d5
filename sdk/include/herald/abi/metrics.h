/* metrics.h - numbers of the plugin in the daemon's /metrics. */
#ifndef HERALD_ABI_METRICS_H
#define HERALD_ABI_METRICS_H

#include <herald/abi/entry.h>

#ifdef __cplusplus
extern "C" {
#endif

#define HERALD_HOST_METRICS "herald.host.metrics/1"

enum herald_metric_kind { HERALD_COUNTER = 1, HERALD_GAUGE = 2, HERALD_HISTOGRAM = 3 };

typedef struct herald_host_metrics {
  uint32_t struct_size;
  uint32_t reserved;
  /* [host] Declares one metric; the daemon prefixes `name` with herald_plugin_ and adds the
   * label `instance`. name: [a-z][a-z0-9_]*. `metric` is chosen by the plugin and is no event
   * token. Again with the same values: OK. E_LIMIT beyond 64 metrics. */
  herald_status (*define)(const herald_host* host, herald_token metric, uint32_t kind,
                          herald_str name, herald_str help);
  /* [host] Counter: adds value (>= 0); gauge: sets it; histogram: observes it (seconds). Labels
   * are few and bounded, never a person. E_LIMIT beyond 100 label sets: the value is counted
   * under other="true". */
  herald_status (*record)(const herald_host* host, herald_token metric, double value,
                          herald_kvs labels);
} herald_host_metrics;

#ifdef __cplusplus
}
#endif
#endif
