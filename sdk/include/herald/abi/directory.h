/* directory.h - who has which identity, and whether it can be reached. */
#ifndef HERALD_ABI_DIRECTORY_H
#define HERALD_ABI_DIRECTORY_H

#include <herald/abi/entry.h>

#ifdef __cplusplus
extern "C" {
#endif

#define HERALD_HOST_DIRECTORY "herald.host.directory/1"

enum herald_reachability {
  HERALD_REACHABLE = 1,
  HERALD_UNREACHABLE = 2, /* quarantined until the given time: steps that need it are left
                             without an attempt */
  HERALD_OPTED_IN = 3,
  HERALD_OPTED_OUT = 4
};

typedef struct herald_host_directory {
  uint32_t struct_size;
  uint32_t reserved;
  /* [host] -> EV_STORE: the user id, or empty. Phones in any usual spelling. */
  herald_status (*resolve)(const herald_host* host, herald_token token, herald_identity identity);
  /* [host] The person known by `known` also has `also`. -> EV_DONE; E_NOT_FOUND: nobody is known
   * by it; E_CONFLICT: somebody else has it. */
  herald_status (*learn)(const herald_host* host, herald_token token, herald_identity known,
                         herald_identity also);
  /* [host] state: enum herald_reachability, for this channel; until_unix_ms 0: until further
   * notice. -> EV_DONE */
  herald_status (*mark)(const herald_host* host, herald_token token, herald_identity identity,
                        uint32_t state, int64_t until_unix_ms);
} herald_host_directory;

#ifdef __cplusplus
}
#endif
#endif
