/* Compiles only while every field of ABI 1.0 is where it was when 1.0 was released. */
#include <herald/herald.h>
#include "../../sdk/abi/1.0/offsets.inc"

int herald_layout_is_kept(void);
int herald_layout_is_kept(void) { return 1; }
