/* A channel in plain C that does everything right. A test plugin defines one of the macros below
 * before including it, and so differs in exactly one thing. */
#ifndef HERALD_TEST_SKELETON_H
#define HERALD_TEST_SKELETON_H

#include <herald/herald.h>
#include <stdlib.h>
#include <string.h>

#define STR(literal) \
  { literal, sizeof(literal) - 1 }

typedef struct instance {
  herald_plugin plugin;
  const herald_host* host;
  const herald_host_core* core;
} instance;

static inline instance* self(herald_plugin* plugin) { return (instance*)plugin->impl; }

static inline void say(herald_error* error, const char* text) {
  error->text_size = (uint32_t)strlen(text);
  memcpy(error->text, text, error->text_size);
}

static inline herald_status answer(instance* me, herald_op op, uint32_t result) {
  herald_outcome outcome;
  memset(&outcome, 0, sizeof outcome);
  outcome.struct_size = sizeof outcome;
  outcome.result = result;
  return me->core->complete(me->host, op, &outcome);
}

static inline herald_status good_configure(herald_plugin* plugin, herald_str json,
                                           herald_error* error) {
  (void)plugin, (void)json, (void)error;
  return HERALD_OK;
}
static inline herald_status good_deliver(herald_plugin* plugin, const herald_delivery* delivery,
                                         herald_error* error) {
  (void)error;
  return answer(self(plugin), delivery->op, HERALD_DELIVERED);
}
static inline void good_stop(herald_plugin* plugin) { (void)plugin; }
static inline void good_destroy(herald_plugin* plugin) { free(plugin->impl); }

#ifndef CONFIGURE
#define CONFIGURE good_configure
#endif
#ifndef DELIVER
#define DELIVER good_deliver
#endif
#ifndef STOP
#define STOP good_stop
#endif
#ifndef DESTROY
#define DESTROY good_destroy
#endif
#ifndef PLUGIN_ID
#define PLUGIN_ID "org.example.bad"
#endif
#ifndef INTERFACES
#define INTERFACES HERALD_CHANNEL
#endif
#ifndef ENTRY
#define ENTRY herald_entry_v1
#endif
#ifndef ENTRY_SIZE
#define ENTRY_SIZE sizeof(herald_entry)
#endif
#ifndef ABI_MAJOR
#define ABI_MAJOR HERALD_ABI_MAJOR
#endif
#ifndef MIN_HOST_MINOR
#define MIN_HOST_MINOR 0
#endif
#ifndef DESCRIPTORS
#define DESCRIPTORS 1
#endif

static herald_status skeleton_start(herald_plugin* plugin, herald_error* error) {
  (void)plugin, (void)error;
  return HERALD_OK;
}
static void skeleton_drain(herald_plugin* plugin, int64_t deadline) {
  (void)plugin, (void)deadline;
}
static void skeleton_event(herald_plugin* plugin, const herald_event* event) {
  (void)plugin, (void)event;
}
static const herald_channel skeleton_channel = {sizeof(herald_channel), 0, DELIVER, NULL};
static const void* skeleton_interface(herald_plugin* plugin, herald_str id) {
  (void)plugin;
  return id.size == strlen(INTERFACES) && id.size != 0 && memcmp(id.data, INTERFACES, id.size) == 0
             ? &skeleton_channel
             : NULL;
}

static inline herald_status good_create(const herald_host* host, herald_str id, herald_plugin** out,
                                        herald_error* error) {
  static const herald_str core = STR(HERALD_HOST_CORE);
  instance* me = (instance*)calloc(1, sizeof *me);
  (void)id;
  if (me == NULL) {
    say(error, "out of memory");
    return HERALD_E_LIMIT;
  }
  me->host = host;
  me->core = (const herald_host_core*)host->get_interface(host, core);
  me->plugin.struct_size = sizeof me->plugin;
  me->plugin.impl = me;
  me->plugin.configure = CONFIGURE;
  me->plugin.start = skeleton_start;
  me->plugin.drain = skeleton_drain;
  me->plugin.stop = STOP;
  me->plugin.destroy = DESTROY;
  me->plugin.event = skeleton_event;
  me->plugin.get_interface = skeleton_interface;
  *out = &me->plugin;
  return HERALD_OK;
}
#ifndef CREATE
#define CREATE good_create
#endif

static const herald_descriptor skeleton_descriptor = {sizeof(herald_descriptor),
                                                      0,
                                                      STR(PLUGIN_ID),
                                                      STR("Test plugin"),
                                                      STR("1.0.0"),
                                                      STR("Apache-2.0"),
                                                      STR(""),
                                                      STR("Misbehaves in one way"),
                                                      STR(INTERFACES),
                                                      STR("{\"type\":\"object\"}"),
                                                      0,
                                                      0,
                                                      STR("user phone"),
                                                      STR("text/plain"),
                                                      1u << HERALD_RECEIPT_DELIVERED,
                                                      0};
static const herald_descriptor* const skeleton_descriptors[] = {&skeleton_descriptor};

#ifdef __cplusplus
extern "C" {
#endif
HERALD_EXPORT extern const herald_entry ENTRY;
const herald_entry ENTRY = {ENTRY_SIZE, ABI_MAJOR,   HERALD_ABI_MINOR,     MIN_HOST_MINOR,
                            0,          DESCRIPTORS, skeleton_descriptors, CREATE};
#ifdef __cplusplus
}
#endif

#endif
