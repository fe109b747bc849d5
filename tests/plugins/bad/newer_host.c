/* Cannot live with this daemon: min_host_minor is far too high. Must be refused with a text that
 * says so. */
#define MIN_HOST_MINOR 999
#include "skeleton.h"
