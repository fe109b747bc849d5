/* Answers DELIVERED, then REJECTED. The first one counts; the second is misbehaviour. */
#define DELIVER twice_deliver
#include <herald/herald.h>
static herald_status twice_deliver(herald_plugin* plugin, const herald_delivery* delivery,
                                   herald_error* error);
#include "skeleton.h"

static herald_status twice_deliver(herald_plugin* plugin, const herald_delivery* delivery,
                                   herald_error* error) {
  (void)error;
  answer(self(plugin), delivery->op, HERALD_DELIVERED);
  answer(self(plugin), delivery->op, HERALD_REJECTED);
  return HERALD_OK;
}
