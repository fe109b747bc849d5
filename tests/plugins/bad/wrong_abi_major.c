/* The right symbol with another abi_major inside. Must be refused after loading, before create().
 */
#define ABI_MAJOR 2
#include "skeleton.h"
