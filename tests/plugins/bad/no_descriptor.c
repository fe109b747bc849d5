/* A valid entry that describes no plugin: descriptors_size is 0. Must be refused. */
#define DESCRIPTORS 0
#include "skeleton.h"
