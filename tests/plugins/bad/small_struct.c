/* entry.struct_size covers only the first 16 bytes: there is no create() to call. Must be refused.
 */
#define ENTRY_SIZE 16
#include "skeleton.h"
