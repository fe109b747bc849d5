// deliver() lets a C++ exception out through the C boundary. In the daemon nothing may break but
// this attempt: it is unknown.
#include <herald/herald.h>

#include <stdexcept>

#define DELIVER throwing_deliver
static herald_status throwing_deliver(herald_plugin*, const herald_delivery*, herald_error*) {
  throw std::runtime_error{"thrown across the boundary"};
}
#include "skeleton.h"
