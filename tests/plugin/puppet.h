/* puppet.h - a plugin whose every function is written in the test: puppet.c passes each call on to
 * the script whose address stands in its settings. */
#ifndef HERALD_TEST_PUPPET_H
#define HERALD_TEST_PUPPET_H

#include <herald/herald.h>

typedef struct puppet_script {
  void* user;
  herald_status (*configure)(void* user, const herald_host* host, herald_str json,
                             herald_error* error);
  herald_status (*start)(void* user, const herald_host* host, herald_error* error);
  herald_status (*deliver)(void* user, const herald_host* host, const herald_delivery* d,
                           herald_error* error);
  herald_status (*reconcile)(void* user, const herald_host* host, const herald_delivery* d,
                             herald_str id, herald_error* error);
  herald_status (*catalog)(void* user, const herald_host* host, herald_op op, herald_error* error);
  herald_status (*render)(void* user, const herald_host* host, herald_op op, const herald_render* r,
                          herald_error* error);
  void (*event)(void* user, const herald_host* host, const herald_event* event);
  void (*drain)(void* user, const herald_host* host, int64_t deadline_unix_ms);
  void (*stop)(void* user, const herald_host* host);
  void (*destroy)(void* user, const herald_host* host);
} puppet_script;

#endif
