/* The descriptor has an empty id, so that no configuration could name it. Must be refused. */
#define PLUGIN_ID ""
#include "skeleton.h"
