/* event.h - what the host tells a plugin: every answer to a token, and what happens by itself. */
#ifndef HERALD_ABI_EVENT_H
#define HERALD_ABI_EVENT_H

#include <herald/abi/values.h>

#ifdef __cplusplus
extern "C" {
#endif

struct herald_http_request;
struct herald_http_response;
struct herald_items;
struct herald_answered;

/* Above each type: which fields of herald_event mean something. All others are 0. */
enum herald_event_type {
  /* id = token: core->timer_start(). */
  HERALD_EV_TIMER = 1,
  /* id = token: core->post() came round. */
  HERALD_EV_POSTED = 2,
  /* id = op: finish it soon; complete() is still owed. */
  HERALD_EV_CANCEL = 3,
  /* id = token, status, u.bytes = the secret; again after each rotation. E_DENIED: not granted to
   * this instance; E_NOT_FOUND: no such secret. */
  HERALD_EV_SECRET = 4,
  /* id = token, status, u.response (never NULL). OK when an HTTP answer came, whatever its code.
   * Else response->status is 0, ->reached says how far it got, ->body is the cause, for people. */
  HERALD_EV_FETCHED = 5,
  /* id = token, status, u.bytes, version. On OK u.bytes is
   *   of kv_get:  the value; version is its version, 0 when there is no such key;
   *   of resolve: the user id, empty when nobody has that identity;
   *   of submit:  the id of the notification, committed.
   * Else u.bytes is the cause, for people. */
  HERALD_EV_STORE = 6,
  /* id = token of the mount, exchange, u.request. */
  HERALD_EV_HTTP_REQUEST = 7,
  /* exchange: the stream drained below its low watermark. status E_LIMIT: write_many() skipped a
   * chunk since the last one; bring the client up to date. */
  HERALD_EV_HTTP_WRITABLE = 8,
  /* id = token of the mount, exchange, status: OK only if every byte given was written to the
   * socket. Comes exactly once for each HTTP_REQUEST. The exchange proves who acts for 10 s more,
   * see http.h. */
  HERALD_EV_HTTP_CLOSED = 9,
  /* id = token, status; on failure u.bytes is the cause, for people. After kv_put version is the
   * one written. For mount, receipts, kv_put, kv_remove, learn, mark, seen, clear, subscribe. */
  HERALD_EV_DONE = 10,
  /* id = token, status, u.items (NULL unless OK): inbox append and list. */
  HERALD_EV_ITEMS = 11,
  /* id = token of subscribe, u.seq: that inbox changed, seq is its newest change. May be spurious;
   * late by at most 1 s when another node made the change. */
  HERALD_EV_INBOX = 12,
  /* exchange, u.bytes: one text message of a WebSocket. */
  HERALD_EV_WS_TEXT = 13,
  /* id = token, status, u.answered (NULL unless OK). */
  HERALD_EV_ANSWERED = 14,
  /* exchange: its caller's token was revoked. Answer or end it now; what is open 3 s later the host
   * ends. */
  HERALD_EV_HTTP_REVOKED = 15
};

typedef struct herald_event {
  uint32_t struct_size;
  uint32_t type; /* unknown types are ignored: that is how new ones are added */
  uint64_t id;   /* token or op, by type */
  herald_exchange exchange;
  herald_status status;
  uint32_t reserved;
  union { /* borrowed, like every view: valid until event() returns */
    herald_str bytes;
    uint64_t seq;
    const struct herald_http_request* request;
    const struct herald_http_response* response;
    const struct herald_items* items;
    const struct herald_answered* answered;
  } u;
  uint64_t version;
} herald_event;

HERALD_STATIC_ASSERT(offsetof(herald_event, u) == 32, "layout");

#ifdef __cplusplus
}
#endif
#endif
