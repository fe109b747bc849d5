/* deliver() blocks for a minute without having declared BLOCKING. Only its own strand may wait. */
#define DELIVER blocking_deliver
#include <herald/herald.h>
static herald_status blocking_deliver(herald_plugin* plugin, const herald_delivery* delivery,
                                      herald_error* error);
#include <time.h>

#include "skeleton.h"

static herald_status blocking_deliver(herald_plugin* plugin, const herald_delivery* delivery,
                                      herald_error* error) {
  const struct timespec minute = {60, 0};
  (void)error;
  nanosleep(&minute, NULL);
  return answer(self(plugin), delivery->op, HERALD_DELIVERED);
}
