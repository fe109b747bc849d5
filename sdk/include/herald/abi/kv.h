/* kv.h - small durable values of one plugin instance, shared by all nodes. */
#ifndef HERALD_ABI_KV_H
#define HERALD_ABI_KV_H

#include <herald/abi/entry.h>

#ifdef __cplusplus
extern "C" {
#endif

#define HERALD_HOST_KV "herald.host.kv/1"

#define HERALD_KV_ANY_VERSION UINT64_MAX /* write whatever is there */
#define HERALD_KV_ABSENT 0               /* write only when there is no such key */

typedef struct herald_host_kv {
  uint32_t struct_size;
  uint32_t reserved;
  /* [host] -> EV_STORE: value and version; an absent or expired key is OK with empty bytes and
   * version 0. */
  herald_status (*kv_get)(const herald_host* host, herald_token token, herald_str key);
  /* [host] Compare-and-set. -> EV_DONE with the new version, after COMMIT; E_CONFLICT: the
   * version is not if_version. Key 1..256 bytes, value up to 64 KiB, else E_INVALID.
   * expires_unix_ms 0: never. */
  herald_status (*kv_put)(const herald_host* host, herald_token token, herald_str key,
                          herald_str value, int64_t expires_unix_ms, uint64_t if_version);
  /* [host] -> EV_DONE; OK also when there was no such key. */
  herald_status (*kv_remove)(const herald_host* host, herald_token token, herald_str key);
} herald_host_kv;

#ifdef __cplusplus
}
#endif
#endif
