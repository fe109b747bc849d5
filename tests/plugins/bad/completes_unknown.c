/* Answers an operation the host never gave out, besides its own. */
#define DELIVER stray_deliver
#include <herald/herald.h>
static herald_status stray_deliver(herald_plugin* plugin, const herald_delivery* delivery,
                                   herald_error* error);
#include "skeleton.h"

static herald_status stray_deliver(herald_plugin* plugin, const herald_delivery* delivery,
                                   herald_error* error) {
  (void)error;
  answer(self(plugin), delivery->op + 1000000, HERALD_DELIVERED);
  return answer(self(plugin), delivery->op, HERALD_DELIVERED);
}
