/* channel.h - the interface of a plugin that sends messages. */
#ifndef HERALD_ABI_CHANNEL_H
#define HERALD_ABI_CHANNEL_H

#include <herald/abi/entry.h>
#include <herald/abi/message.h>

#ifdef __cplusplus
extern "C" {
#endif

#define HERALD_CHANNEL "herald.channel/1"

typedef struct herald_channel {
  uint32_t struct_size;
  uint32_t reserved;
  /* [plugin] Sends one message. OK: complete(op) is owed, exactly once, now or later, from any
   * thread. Any other status is itself the answer and nothing is owed: E_INVALID, E_UNSUPPORTED
   * = rejected; E_LIMIT = retry; E_STATE = channel down; all others = unknown. Must not block
   * unless the descriptor says BLOCKING. */
  herald_status (*deliver)(herald_plugin* plugin, const herald_delivery* delivery,
                           herald_error* error);
  /* [plugin] May be NULL. Finds out what became of an earlier attempt (delivery->attempt_id,
   * provider_id when it is known) without sending anything. complete(op): DELIVERED or ACCEPTED
   * = it is there; RETRY = certainly not sent; REJECTED; UNKNOWN = cannot tell. */
  herald_status (*reconcile)(herald_plugin* plugin, const herald_delivery* delivery,
                             herald_str provider_id, herald_error* error);
} herald_channel;

#ifdef __cplusplus
}
#endif
#endif
