/* receipts.h - later news about attempts. */
#ifndef HERALD_ABI_RECEIPTS_H
#define HERALD_ABI_RECEIPTS_H

#include <herald/abi/entry.h>

#ifdef __cplusplus
extern "C" {
#endif

#define HERALD_HOST_RECEIPTS "herald.host.receipts/1"

/* May come repeated, out of order and before complete(); DELIVERED may follow FAILED. Evidence
 * only rises. */
enum herald_receipt_state {
  HERALD_RECEIPT_SENT = 1, /* the provider took it: evidence "accepted" */
  HERALD_RECEIPT_DELIVERED = 2,
  HERALD_RECEIPT_READ = 3,
  HERALD_RECEIPT_ANSWERED = 4,
  HERALD_RECEIPT_FAILED = 5
};

typedef struct herald_receipt {
  uint32_t struct_size;
  uint32_t state;         /* enum herald_receipt_state */
  int64_t at_unix_ms;     /* the provider's clock: shown, never used by a timer; 0: not said */
  herald_str provider_id; /* either of these two joins; both together bind them */
  herald_str attempt_id;
  uint32_t result, reason; /* FAILED: as in herald_outcome: RETRY, REJECTED or CHANNEL_DOWN; else
                              0 */
  uint32_t retry_after_ms;
  uint32_t reserved;
  herald_str detail; /* for people; no secret, no phone number */
} herald_receipt;

typedef struct herald_host_receipts {
  uint32_t struct_size;
  uint32_t reserved;
  /* [host] A batch of n receipts, `stride` bytes apart. -> EV_DONE after COMMIT: only then
   * answer the provider's webhook with 200. Receipts of unknown attempts are kept for a while
   * and joined later. At most 1,000 at once. */
  herald_status (*receipts)(const herald_host* host, herald_token token,
                            const herald_receipt* receipts, uint64_t n, uint64_t stride);
} herald_host_receipts;

#ifdef __cplusplus
}
#endif
#endif
