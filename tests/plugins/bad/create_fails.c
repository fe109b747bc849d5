/* create() fails with a text. No destroy() may follow. */
#define CREATE failing_create
#include <herald/herald.h>
static herald_status failing_create(const herald_host* host, herald_str id, herald_plugin** out,
                                    herald_error* error);
#include "skeleton.h"

static herald_status failing_create(const herald_host* host, herald_str id, herald_plugin** out,
                                    herald_error* error) {
  (void)host, (void)id, (void)out;
  say(error, "no licence file in /etc/example");
  return HERALD_E_STATE;
}
