/* The descriptor provides no interface, and get_interface() answers NULL to everything. Must be
 * refused. */
#define INTERFACES ""
#include "skeleton.h"
