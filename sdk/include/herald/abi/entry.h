/* entry.h - how the daemon finds a plugin, and the life of one instance.
 *
 *   create -> configure -> start -> (deliver, render, events) -> drain -> stop -> destroy
 *
 * configure() is called again on reload. destroy() follows every successful create(), whatever
 * failed between. */
#ifndef HERALD_ABI_ENTRY_H
#define HERALD_ABI_ENTRY_H

#include <herald/abi/event.h>
#include <herald/abi/values.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The daemon as one plugin instance sees it. One per instance; lives until destroy() has
 * returned. */
typedef struct herald_host {
  uint32_t struct_size;
  uint16_t abi_major, abi_minor;
  void* impl;          /* the host's own */
  herald_str name;     /* "heraldd"; lives as long as the host, like the two below */
  herald_str version;  /* "0.1.0" */
  herald_str instance; /* the channel's or template source's name in the configuration */
  /* [host] The table of that interface, or NULL when this host does not offer it. Tables live as
   * long as the host; HERALD_HAS() tells whether a function newer than ABI 1.0 is there. Any
   * thread. */
  const void* (*get_interface)(const struct herald_host* host, herald_str id);
} herald_host;

typedef struct herald_plugin herald_plugin;

/* One instance. Allocated and freed by the plugin. All functions are [plugin]. */
struct herald_plugin {
  uint32_t struct_size;
  uint32_t reserved;
  void* impl; /* the plugin's own */
  /* Takes the instance's configuration, a JSON object that the daemon has checked against
   * config_schema. Secrets stand in it by name: pass the name to core->secret_watch(). Called
   * once before start(), then on each reload. E_INVALID with a text: refused, the old
   * configuration stays; E_RESTART: fine, but only for a new instance, which the daemon then
   * builds, starts and swaps in. Must not touch the network. */
  herald_status (*configure)(herald_plugin* plugin, herald_str config_json, herald_error* error);
  /* From here on deliveries and events may come. Mount routes, watch secrets, start timers here. */
  herald_status (*start)(herald_plugin* plugin, herald_error* error);
  /* No new delivery follows; finish what is open before then. Events still come. */
  void (*drain)(herald_plugin* plugin, int64_t deadline_unix_ms);
  /* When it returns no thread of the plugin runs and no [host] function is called any more.
   * Operations still open are UNKNOWN. Also called when start() failed. */
  void (*stop)(herald_plugin* plugin);
  /* Frees the instance. */
  void (*destroy)(herald_plugin* plugin);
  /* Takes one event; see event.h. May not be NULL. */
  void (*event)(herald_plugin* plugin, const herald_event* event);
  /* The table of HERALD_CHANNEL or HERALD_TEMPLATE; NULL for every other id. */
  const void* (*get_interface)(herald_plugin* plugin, herald_str id);
};

enum herald_plugin_flag {
  HERALD_PLUGIN_CONCURRENT = 1 << 0,     /* may be entered by several threads at once */
  HERALD_PLUGIN_BLOCKING = 1 << 1,       /* deliver() may block: gets threads of its own */
  HERALD_PLUGIN_IDEMPOTENT = 1 << 2,     /* the same message id sent twice arrives once */
  HERALD_PLUGIN_RECEIPTS = 1 << 3,       /* ACCEPTED will be followed by receipts: a step may
                                            wait for them */
  HERALD_PLUGIN_REACHES_NOBODY = 1 << 4, /* records only (a log): never counts as having reached
                                            a person */
  HERALD_PLUGIN_DISTURBS = 1 << 5,       /* makes a telephone ring: quiet hours hold it back */
  HERALD_PLUGIN_INBOX_ONLY = 1 << 6      /* deliver() has no effect but the item it appends to the
                                            inbox: may be called for a message that is stored
                                            together with that item. Only with IDEMPOTENT */
};

/* What a plugin says of itself. Constant data, readable without calling any function of the
 * plugin. */
typedef struct herald_descriptor {
  uint32_t struct_size;
  uint32_t flags; /* enum herald_plugin_flag */
  herald_str id;  /* reverse domain: "org.example.webchat"; [a-z0-9._-]{3,100} */
  herald_str name, version, license, url, description;
  herald_str interfaces;      /* space separated ids this plugin provides: HERALD_CHANNEL,
                                 HERALD_TEMPLATE */
  herald_str config_schema;   /* JSON Schema of the configuration: lets a check work without
                                 starting anything */
  uint32_t max_in_flight;     /* deliveries open at once; 0: no limit of the plugin's own */
  uint32_t max_message_bytes; /* of one part; 0: no limit of the plugin's own */
  herald_str addresses;       /* channel: identity kinds it can address, best first: "user",
                           "whatsapp.user_id phone" */
  herald_str formats;         /* channel: MIME types to render for it, best first: "text/markdown
                           text/plain" */
  uint32_t evidence; /* channel: bit (1 << enum herald_receipt_state) for each it can report;
                           see receipts.h */
  uint32_t reserved2;
} herald_descriptor;

typedef struct herald_entry { /* the first 16 bytes never change */
  uint32_t struct_size;
  uint16_t abi_major, abi_minor; /* what the plugin was compiled against */
  uint16_t min_host_minor;       /* what it cannot do without */
  uint16_t reserved16;
  uint32_t descriptors_size;
  const herald_descriptor* const* descriptors;
  /* [plugin] Makes an instance of the descriptor with that id; does nothing else: no thread, no
   * file, no network. Any thread, one at a time. On failure *out is left alone and destroy()
   * does not follow. */
  herald_status (*create)(const herald_host* host, herald_str plugin_id, herald_plugin** out,
                          herald_error* error);
} herald_entry;

/* The one exported symbol. Data, not code: checked before any function of the plugin is called. */
HERALD_EXPORT extern const herald_entry herald_entry_v1;
#define HERALD_ENTRY_SYMBOL "herald_entry_v1"

HERALD_STATIC_ASSERT(offsetof(herald_entry, abi_major) == 4, "layout");
HERALD_STATIC_ASSERT(offsetof(herald_entry, descriptors) == 16, "layout");

#ifdef __cplusplus
}
#endif
#endif
