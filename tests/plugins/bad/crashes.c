/* deliver() dies of a segmentation fault. With `isolation: process` only the child may die. */
#define DELIVER crashing_deliver
#include <herald/herald.h>
#include <signal.h>
static herald_status crashing_deliver(herald_plugin* plugin, const herald_delivery* delivery,
                                      herald_error* error) {
  (void)plugin, (void)delivery, (void)error;
  signal(SIGSEGV, SIG_DFL);
  raise(SIGSEGV);
  return HERALD_OK;
}
#include "skeleton.h"
