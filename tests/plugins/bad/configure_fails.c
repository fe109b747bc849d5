/* configure() refuses every configuration with a text. destroy() must still follow. */
#define CONFIGURE failing_configure
#include <herald/herald.h>
static herald_status failing_configure(herald_plugin* plugin, herald_str json, herald_error* error);
#include "skeleton.h"

static herald_status failing_configure(herald_plugin* plugin, herald_str json,
                                       herald_error* error) {
  (void)plugin, (void)json;
  say(error, "url is missing");
  return HERALD_E_INVALID;
}
