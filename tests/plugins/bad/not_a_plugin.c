/* A shared library that has nothing to do with Herald. Its constructor must never run. */
#include <stdlib.h>

__attribute__((constructor)) static void boom(void) { abort(); }

__attribute__((visibility("default"))) int some_function(void);
int some_function(void) { return 0; }
