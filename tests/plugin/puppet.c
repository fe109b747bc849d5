/* See puppet.h. FLAGS: of the descriptor; TEMPLATE: a template source instead of a channel. */
#include "puppet.h"

#include <stdlib.h>
#include <string.h>

#ifndef FLAGS
#define FLAGS 0
#endif
#ifdef TEMPLATE
#define INTERFACE HERALD_TEMPLATE
#else
#define INTERFACE HERALD_CHANNEL
#endif
#define STR(literal) \
  { literal, sizeof(literal) - 1 }

typedef struct instance {
  herald_plugin plugin;
  const herald_host* host;
  const puppet_script* script;
} instance;

static instance* self(herald_plugin* plugin) { return (instance*)plugin->impl; }

static herald_status configure(herald_plugin* plugin, herald_str json, herald_error* error) {
  instance* me = self(plugin);
  char copy[256];
  const char* at;
  if (json.size >= sizeof copy) return HERALD_E_INVALID;
  memcpy(copy, json.data, json.size);
  copy[json.size] = 0;
  at = strstr(copy, "\"script\":");
  if (at == NULL) return HERALD_E_INVALID;
  if (me->script == NULL) me->script = (const puppet_script*)(uintptr_t)strtoull(at + 9, NULL, 10);
  return me->script->configure(me->script->user, me->host, json, error);
}
static herald_status start(herald_plugin* plugin, herald_error* error) {
  return self(plugin)->script->start(self(plugin)->script->user, self(plugin)->host, error);
}
static void drain(herald_plugin* plugin, int64_t deadline) {
  self(plugin)->script->drain(self(plugin)->script->user, self(plugin)->host, deadline);
}
static void stop(herald_plugin* plugin) {
  self(plugin)->script->stop(self(plugin)->script->user, self(plugin)->host);
}
static void destroy(herald_plugin* plugin) {
  instance* me = self(plugin);
  if (me->script != NULL) me->script->destroy(me->script->user, me->host);
  free(me);
}
static void event(herald_plugin* plugin, const herald_event* ev) {
  self(plugin)->script->event(self(plugin)->script->user, self(plugin)->host, ev);
}

#ifdef TEMPLATE
static herald_status catalog(herald_plugin* plugin, herald_op op, herald_error* error) {
  return self(plugin)->script->catalog(self(plugin)->script->user, self(plugin)->host, op, error);
}
static herald_status render(herald_plugin* plugin, herald_op op, const herald_render* r,
                            herald_error* error) {
  return self(plugin)->script->render(self(plugin)->script->user, self(plugin)->host, op, r, error);
}
static const herald_template table = {sizeof(herald_template), 0, catalog, render};
#else
static herald_status deliver(herald_plugin* plugin, const herald_delivery* d, herald_error* error) {
  return self(plugin)->script->deliver(self(plugin)->script->user, self(plugin)->host, d, error);
}
static herald_status reconcile(herald_plugin* plugin, const herald_delivery* d, herald_str id,
                               herald_error* error) {
  return self(plugin)->script->reconcile(self(plugin)->script->user, self(plugin)->host, d, id,
                                         error);
}
static const herald_channel table = {sizeof(herald_channel), 0, deliver, reconcile};
#endif

static const void* get_interface(herald_plugin* plugin, herald_str id) {
  (void)plugin;
  return id.size == strlen(INTERFACE) && memcmp(id.data, INTERFACE, id.size) == 0 ? &table : NULL;
}

static herald_status create(const herald_host* host, herald_str id, herald_plugin** out,
                            herald_error* error) {
  instance* me = (instance*)calloc(1, sizeof *me);
  (void)id, (void)error;
  if (me == NULL) return HERALD_E_LIMIT;
  me->host = host;
  me->plugin = (herald_plugin){
      sizeof(herald_plugin), 0, me, configure, start, drain, stop, destroy, event, get_interface};
  *out = &me->plugin;
  return HERALD_OK;
}

static const herald_descriptor descriptor = {
    sizeof(herald_descriptor),
    FLAGS,
    STR("org.herald.test.puppet"),
    STR("Puppet"),
    STR("2.1"),
    STR("Apache-2.0"),
    STR(""),
    STR("Does what the test says"),
    STR(INTERFACE),
    STR("{}"),
    7,
    100000,
    STR("user phone"),
    STR("text/markdown text/plain"),
    (1u << HERALD_RECEIPT_DELIVERED) | (1u << HERALD_RECEIPT_READ),
    0};
static const herald_descriptor* const descriptors[] = {&descriptor};
const herald_entry herald_entry_v1 = {
    sizeof(herald_entry), HERALD_ABI_MAJOR, HERALD_ABI_MINOR, 0, 0, 1, descriptors, create};
