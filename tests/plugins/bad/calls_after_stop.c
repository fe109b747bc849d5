/* Writes to the log in destroy(), when stop() has long returned. The host must survive and count
 * it. */
#define DESTROY late_destroy
#include <herald/herald.h>
static void late_destroy(herald_plugin* plugin);
#include "skeleton.h"

static void late_destroy(herald_plugin* plugin) {
  instance* me = self(plugin);
  const herald_str text = STR("still here");
  const herald_kvs none = {NULL, 0};
  me->core->log(me->host, HERALD_LOG_INFO, text, none);
  good_destroy(plugin);
}
