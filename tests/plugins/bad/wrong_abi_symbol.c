/* Built for another ABI: exports herald_entry_v2 and no herald_entry_v1. Must be refused by its
 * symbol table alone, before any code of it runs. */
#define ENTRY herald_entry_v2
#include "skeleton.h"
