/* http.h - outbound requests; inbound routes with whole, streamed or WebSocket answers. */
#ifndef HERALD_ABI_HTTP_H
#define HERALD_ABI_HTTP_H

#include <herald/abi/entry.h>

#ifdef __cplusplus
extern "C" {
#endif

#define HERALD_HOST_HTTP "herald.host.http/1"

/* Who may call a route; the host checks before the plugin hears of the request. */
enum herald_access {
  HERALD_ACCESS_ANYONE = 0,    /* no check: a provider's webhook, proven by signature */
  HERALD_ACCESS_PATH_USER = 1, /* the person {user} names, or a service with `scope` */
  HERALD_ACCESS_ANY_USER = 2,  /* any person with a valid token, or a service with `scope` */
  HERALD_ACCESS_SERVICE = 3    /* a service with `scope`; anyone in development mode */
};

enum herald_route_flag {
  HERALD_ROUTE_STREAM = 1 << 0,   /* begin() may keep the answer open without limit */
  HERALD_ROUTE_WEBSOCKET = 1 << 1 /* an upgrade: answer with ws_accept() or respond() */
};

typedef struct herald_route {
  uint32_t struct_size;
  uint32_t access;     /* enum herald_access */
  herald_str methods;  /* space separated: "GET POST"; HEAD and OPTIONS are answered by the host */
  herald_str path;     /* below the prefix granted in the configuration: "/notifications/{user}" is
                          mounted as "/api/web-chat/notifications/{user}"; a path that begins with
                          the prefix is taken as it is. "{name}" takes one segment; a literal
                          segment wins over a parameter */
  herald_str scope;    /* what a service token needs for it; empty: no service token is accepted */
  uint64_t max_body;   /* bytes, at most the daemon's own limit; 0: no body is accepted */
  uint32_t flags;      /* enum herald_route_flag */
  uint32_t timeout_ms; /* until respond() or begin(); then the host answers 504. 0: 30 s */
} herald_route;

enum herald_principal_kind {
  HERALD_PRINCIPAL_ANYONE = 0,
  HERALD_PRINCIPAL_USER = 1,
  HERALD_PRINCIPAL_SERVICE = 2
};

/* Who makes a request, as the host authenticated it. In development mode: the user in the path. */
typedef struct herald_principal {
  uint32_t struct_size;
  uint32_t kind;           /* enum herald_principal_kind */
  herald_str user;         /* USER: internal user id */
  herald_str service;      /* SERVICE: the token's name */
  herald_str scopes;       /* SERVICE: space separated */
  int64_t expires_unix_ms; /* of the token; 0: never. The host closes streams then */
} herald_principal;

enum herald_fetch_flag {
  /* Never sent a second time, not even when a reused connection dies. For every POST that is not
   * idempotent. */
  HERALD_FETCH_ONCE = 1 << 0
};

typedef struct herald_http_request { /* inbound to a route, or outbound with fetch() */
  uint32_t struct_size;
  uint32_t timeout_ms; /* outbound: for the whole exchange; 0: 30 s */
  herald_str method;
  herald_str target;  /* outbound: absolute http(s) URL; inbound: path?query as received */
  herald_kvs headers; /* inbound: names in lower case, repeated fields stay separate */
  herald_str body;
  herald_str peer;             /* inbound: address of the client, behind trusted proxies resolved */
  const herald_principal* who; /* inbound: never NULL */
  herald_str user;  /* inbound: internal id of the person {user} names, resolved (by phone or
                          id); else the principal's; empty when there is neither */
  herald_kvs path;  /* inbound: path parameters, percent-decoded */
  herald_kvs query; /* inbound: query parameters, percent-decoded, in order */
  uint32_t flags;   /* outbound: enum herald_fetch_flag */
  uint32_t max_response_bytes; /* outbound: beyond it the fetch fails with E_LIMIT; 0: 1 MiB */
} herald_http_request;

/* How far a fetch got when no answer came. */
enum herald_reached {
  HERALD_REACHED_NOTHING = 0, /* certainly not sent (resolve, connect, TLS): RETRY is safe */
  HERALD_REACHED_PERHAPS = 1, /* some of it was written: UNKNOWN */
  HERALD_REACHED_ANSWERED = 2 /* an HTTP answer came */
};

/* Of answers to routes. */
enum herald_answer_flag {
  /* The same question has this answer until the inbox of the exchange's person changes, and giving
   * it again proves nothing new: the host may do so by itself, for a while. The same question: GET
   * of the same target, with the same If-None-Match, for the same person, by a principal of the
   * same kind. Nothing else of the request may have shaped the answer. */
  HERALD_ANSWER_UNTIL_CHANGE = 1u
};

typedef struct herald_http_response {
  uint32_t struct_size;
  uint32_t status;    /* 200..599; of a failed fetch: 0 */
  herald_kvs headers; /* without Content-Length, Connection and the like: the host writes those */
  herald_str body;
  uint32_t reached; /* fetch: enum herald_reached; else 0 */
  uint32_t reserved;
  uint32_t flags; /* since 1.1: enum herald_answer_flag */
  uint32_t reserved2;
} herald_http_response;

/* An exchange lives from EV_HTTP_REQUEST to EV_HTTP_CLOSED; later calls return E_STATE. When the
 * caller's token is revoked in between, EV_HTTP_REVOKED says so. As proof
 * of who acts (inbox seen, clear, list; answers) it stays good for 10 s longer, so that "every
 * byte was written" can still be turned into evidence. */
typedef struct herald_host_http {
  uint32_t struct_size;
  uint32_t reserved;
  /* [host] -> EV_FETCHED. Redirects are not followed, proxies and CA as configured for the
   * daemon. E_LIMIT: too many open; E_DENIED: the address is not allowed to plugins. */
  herald_status (*fetch)(const herald_host* host, herald_token token,
                         const herald_http_request* request);
  /* [host] Ends a fetch early: EV_FETCHED still comes (E_STATE in status) unless it already has. */
  herald_status (*fetch_cancel)(const herald_host* host, herald_token token);
  /* [host] -> EV_DONE, then EV_HTTP_REQUEST for each request. E_DENIED: no prefix is
   * granted; E_CONFLICT: another route has it. Called in start(). */
  herald_status (*mount)(const herald_host* host, herald_token token, const herald_route* route);
  /* [host] Later requests get 404; open exchanges go on. */
  herald_status (*unmount)(const herald_host* host, herald_token token);
  /* [host] The whole answer. Exactly one of respond, begin, ws_accept per exchange; a second one
   * is E_STATE. */
  herald_status (*respond)(const herald_host* host, herald_exchange exchange,
                           const herald_http_response* response);
  /* [host] Headers and the first chunk of a streamed answer. */
  herald_status (*begin)(const herald_host* host, herald_exchange exchange,
                         const herald_http_response* response);
  /* [host] One more chunk. E_LIMIT: nothing was taken, wait for EV_HTTP_WRITABLE. */
  herald_status (*write)(const herald_host* host, herald_exchange exchange, herald_str chunk);
  /* [host] The same chunk (of a stream or a WebSocket text) to many. Closed exchanges are
   * skipped; a full one is skipped and hears of it by EV_HTTP_WRITABLE with status E_LIMIT. */
  herald_status (*write_many)(const herald_host* host, const herald_exchange* exchanges, uint64_t n,
                              herald_str chunk);
  /* [host] Ends a streamed answer; EV_HTTP_CLOSED follows. */
  herald_status (*end)(const herald_host* host, herald_exchange exchange);
  /* [host] Accepts a WebSocket; subprotocol may be empty. Authentication in the first message is
   * done by the host: the plugin hears of the exchange when `who` is known. E_UNSUPPORTED: this
   * daemon has no WebSocket. */
  herald_status (*ws_accept)(const herald_host* host, herald_exchange exchange,
                             herald_str subprotocol);
  /* [host] One text message. E_LIMIT: nothing was taken, wait for EV_HTTP_WRITABLE. */
  herald_status (*ws_send)(const herald_host* host, herald_exchange exchange, herald_str text);
  /* [host] Closing handshake with an RFC 6455 code (1000, 1001, 1008, 4000-4999). */
  herald_status (*ws_close)(const herald_host* host, herald_exchange exchange, uint32_t code,
                            herald_str reason);
} herald_host_http;

#ifdef __cplusplus
}
#endif
#endif
