/* deliver() says OK and the operation is never answered, not even after EV_CANCEL. The attempt's
 * deadline must end it as unknown. */
#define DELIVER silent_deliver
#include <herald/herald.h>
static herald_status silent_deliver(herald_plugin* plugin, const herald_delivery* delivery,
                                    herald_error* error) {
  (void)plugin, (void)delivery, (void)error;
  return HERALD_OK;
}
#include "skeleton.h"
