/* Exports a second symbol, as a plugin built without the version script does: it could be bound to
 * another plugin's function of that name. The checker must refuse it. */
#include "skeleton.h"

HERALD_EXPORT int send_message(void);
int send_message(void) { return 1; }
