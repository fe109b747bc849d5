/* core.h - what every host offers: log, clock, completion, the way back to the strand, timers,
 * secrets. */
#ifndef HERALD_ABI_CORE_H
#define HERALD_ABI_CORE_H

#include <herald/abi/entry.h>
#include <herald/abi/message.h>

#ifdef __cplusplus
extern "C" {
#endif

#define HERALD_HOST_CORE "herald.host.core/1"

enum herald_log_level {
  HERALD_LOG_TRACE = 0,
  HERALD_LOG_DEBUG = 1,
  HERALD_LOG_INFO = 2,
  HERALD_LOG_WARN = 3,
  HERALD_LOG_ERROR = 4
};

typedef struct herald_host_core {
  uint32_t struct_size;
  uint32_t reserved;
  /* [host] 1 when log() at that level would write anything. */
  int32_t (*log_enabled)(const herald_host* host, uint32_t level);
  /* [host] One log line with structured fields. Control bytes are escaped, long texts cut at 4
   * KiB. No secret, phone number or message text belongs in it. */
  void (*log)(const herald_host* host, uint32_t level, herald_str text, herald_kvs fields);
  /* [host] Wall clock, milliseconds since 1970. Moved by hand in tests. */
  int64_t (*now_unix_ms)(const herald_host* host);
  /* [host] Answers op. The first answer wins: E_STATE for an op that is unknown or already
   * answered (logged as misbehaviour); E_INVALID for a result the operation cannot have.
   * Everything is copied. */
  herald_status (*complete)(const herald_host* host, herald_op op, const herald_outcome* outcome);
  /* [host] -> EV_POSTED on the instance's strand. How a thread of the plugin comes home.
   * E_LIMIT: queue full. */
  herald_status (*post)(const herald_host* host, herald_token token);
  /* [host] -> EV_TIMER after delay_ms of monotonic time, and every period_ms then (0: once). A
   * running timer with that token starts anew. E_LIMIT beyond 1,024 timers. */
  herald_status (*timer_start)(const herald_host* host, herald_token token, uint64_t delay_ms,
                               uint64_t period_ms);
  /* [host] No EV_TIMER of it comes any more when called on the strand. E_STATE: no such timer. */
  herald_status (*timer_stop)(const herald_host* host, herald_token token);
  /* [host] -> EV_SECRET now and after each rotation. `name` as the configuration refers to it;
   * only those granted to this instance. Overwrite the copy you keep when it is replaced. */
  herald_status (*secret_watch)(const herald_host* host, herald_token token, herald_str name);
} herald_host_core;

#ifdef __cplusplus
}
#endif
#endif
