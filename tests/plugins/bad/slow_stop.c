/* stop() takes three seconds. The daemon's shutdown must go on around it. */
#define STOP slow_stop
#include <herald/herald.h>
#include <time.h>
static void slow_stop(herald_plugin* plugin) {
  const struct timespec three = {3, 0};
  (void)plugin;
  nanosleep(&three, NULL);
}
#include "skeleton.h"
