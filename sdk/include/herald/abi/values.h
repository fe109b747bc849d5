/* values.h - the small values everything else is made of. */
#ifndef HERALD_ABI_VALUES_H
#define HERALD_ABI_VALUES_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
#define HERALD_STATIC_ASSERT static_assert
extern "C" {
#else
#define HERALD_STATIC_ASSERT _Static_assert
#endif

#define HERALD_ABI_MAJOR 1u /* part of the entry symbol's name */
#define HERALD_ABI_MINOR 1u /* +1 whenever something is appended */

#define HERALD_EXPORT __attribute__((visibility("default")))

/* Did the writer of *ptr know this field? Test it before reading anything newer than ABI 1.0. */
#define HERALD_HAS(ptr, field) \
  ((ptr)->struct_size >= offsetof(__typeof__(*(ptr)), field) + sizeof((ptr)->field))

typedef struct herald_str {
  const char* data; /* may be NULL when size is 0 */
  uint64_t size;    /* bytes */
} herald_str;

typedef struct herald_kv {
  herald_str key, value;
} herald_kv;

typedef struct herald_kvs {
  const herald_kv* data;
  uint64_t size; /* elements */
} herald_kvs;

typedef int32_t herald_status;
enum {
  HERALD_OK = 0,
  HERALD_E_INVALID = 1,     /* an argument is out of contract */
  HERALD_E_UNSUPPORTED = 2, /* understood, not offered here */
  HERALD_E_STATE = 3,       /* not now: wrong lifecycle state, unknown or finished id */
  HERALD_E_LIMIT = 4,       /* a quota or a queue is full; try later */
  HERALD_E_INTERNAL = 5,    /* a bug, or an exception caught at the boundary */
  HERALD_E_RESTART = 6,     /* configure(): valid, but needs a new instance */
  HERALD_E_CONFLICT = 7,    /* kv_put(): the version is another one by now */
  HERALD_E_DENIED = 8,      /* not granted in the configuration, or this principal may not */
  HERALD_E_NOT_FOUND = 9    /* no such user, item, secret; also another person's item */
};

/* Allocated by the caller, so that an error text has no owner. The callee writes up to sizeof
 * text bytes of UTF-8 and sets text_size; a text names the cause and the next step and holds no
 * secret. */
typedef struct herald_error {
  uint32_t struct_size;
  uint32_t text_size;
  char text[504];
} herald_error;

typedef uint64_t herald_op;       /* one deliver, reconcile, catalog or render; chosen by the
                                     host */
typedef uint64_t herald_token;    /* anything the plugin asked for; chosen by the plugin, not 0 */
typedef uint64_t herald_exchange; /* one inbound HTTP request or WebSocket; chosen by the host */

/* One address of a person: {"phone", "+237691924173"}, {"user", "42"}, {"whatsapp.user_id",
 * "..."}. */
typedef struct herald_identity {
  herald_str kind, value;
} herald_identity;

/* One possible answer to a notification. */
typedef struct herald_action {
  herald_str id;    /* "accept" */
  herald_str label; /* what a button shows: "OUI" */
  herald_str text;  /* what a person types to choose it: "OUI" */
} herald_action;

HERALD_STATIC_ASSERT(sizeof(void*) == 8, "Herald plugins are 64-bit");
HERALD_STATIC_ASSERT(sizeof(herald_str) == 16, "layout");

#ifdef __cplusplus
}
#endif
#endif
