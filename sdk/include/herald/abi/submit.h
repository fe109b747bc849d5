/* submit.h - a plugin as producer of notifications. */
#ifndef HERALD_ABI_SUBMIT_H
#define HERALD_ABI_SUBMIT_H

#include <herald/abi/entry.h>

#ifdef __cplusplus
extern "C" {
#endif

#define HERALD_HOST_SUBMIT "herald.host.submit/1"

typedef struct herald_host_submit {
  uint32_t struct_size;
  uint32_t reserved;
  /* [host] Submits a notification: the JSON object of POST /api/v1/notifications. -> EV_STORE
   * with its id, after COMMIT; E_INVALID with the cause in u.bytes when it is not acceptable;
   * E_LIMIT: the backlog is full. The call itself returns E_DENIED without `grants: [submit]` in
   * the configuration. */
  herald_status (*submit)(const herald_host* host, herald_token token,
                          herald_str notification_json);
} herald_host_submit;

#ifdef __cplusplus
}
#endif
#endif
