/* message.h - what a channel is asked to send, and what became of it. */
#ifndef HERALD_ABI_MESSAGE_H
#define HERALD_ABI_MESSAGE_H

#include <herald/abi/values.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct herald_part {
  uint32_t struct_size;
  uint32_t flags;  /* none defined */
  herald_str mime; /* "text/plain", "text/markdown", "text/html", "application/json", ... */
  herald_str name; /* file name of an attachment, else empty */
  herald_str data;
} herald_part;

typedef struct herald_message {
  uint32_t struct_size;
  uint32_t priority;    /* 0 low, 1 normal, 2 high, 3 urgent */
  herald_str id;        /* stable across retries: the provider's idempotency key */
  herald_str herald_id; /* the notification's id, as people and the API see it */
  herald_str kind;      /* "service_request.confirmed" */
  herald_str type;      /* "info", "confirmation", "status_update", "provider_request" */
  herald_str recipient; /* the address to use, one of `identities`, in that identity's own form */
  herald_str address_kind; /* the kind of `recipient`: first of the descriptor's `addresses` this
                              person has */
  herald_str user;       /* internal user id (decimal), empty when the recipient is nobody's user */
  herald_kvs identities; /* every known identity of that person, key = kind; a kind may repeat */
  herald_str locale;     /* BCP 47: "fr-CM"; empty: the daemon's default */
  herald_str time_zone;  /* "Africa/Douala" */
  herald_str subject;    /* title; may be empty */
  const herald_part* parts; /* one per format of the descriptor that could be rendered, best
                               first */
  uint64_t parts_size;
  uint64_t parts_stride;        /* = sizeof(herald_part) as the writer knew it */
  herald_str params_json;       /* the kind's parameters as submitted: a JSON object */
  herald_kvs fields;            /* the same, each formatted for `locale` ("15 000 FCFA") */
  const herald_action* actions; /* empty: nothing is asked */
  uint64_t actions_size;
  uint64_t actions_stride;
  herald_str conversation; /* empty when the message stands alone */
  int64_t created_unix_ms;
  int64_t expires_unix_ms; /* 0: never */
} herald_message;

typedef struct herald_delivery {
  uint32_t struct_size;
  uint32_t attempt;      /* 1 for the first try on this channel */
  herald_op op;          /* complete exactly once: core->complete(), or inbox->append() */
  herald_str attempt_id; /* [A-Za-z0-9._-]{1,64}, unique for ever, same after a restart; a
                            provider may see it */
  uint32_t timeout_ms;   /* from the call on; then the attempt counts as UNKNOWN (an idempotent
                            channel: RETRY) and a later completion only as a receipt */
  uint32_t flags;        /* none defined */
  const herald_message* message; /* never NULL */
} herald_delivery;

/* What the daemon does with the step. */
enum herald_result {
  HERALD_DELIVERED = 1,    /* arrived; no receipt will follow */
  HERALD_ACCEPTED = 2,     /* the provider (or the inbox) has it; receipts may follow */
  HERALD_RETRY = 3,        /* transient and certainly not sent: again, not before retry_after_ms */
  HERALD_REJECTED = 4,     /* never on this channel: next step now */
  HERALD_CHANNEL_DOWN = 5, /* not about this message: next step now, the breaker opens */
  HERALD_UNKNOWN = 6       /* it left, no answer came: may have arrived. Sent again on this channel
                              only when the descriptor says HERALD_PLUGIN_IDEMPOTENT; else the step
                              waits for a receipt */
};

/* Bounded: becomes a metric label. */
enum herald_reason {
  HERALD_REASON_NONE = 0,
  HERALD_REASON_NETWORK = 1,
  HERALD_REASON_TIMEOUT = 2,
  HERALD_REASON_AUTH = 3,
  HERALD_REASON_RATE_LIMITED = 4,
  HERALD_REASON_BAD_RECIPIENT = 5,
  HERALD_REASON_BAD_CONTENT = 6,
  HERALD_REASON_TOO_LARGE = 7,
  HERALD_REASON_PROVIDER = 8,
  HERALD_REASON_CANCELLED = 9, /* called off, nothing sent: no word of the channel */
  HERALD_REASON_INTERNAL = 10,
  HERALD_REASON_OPTED_OUT = 11,    /* the person asked not to be written to here */
  HERALD_REASON_CONFIGURATION = 12 /* account, template or permission missing at the provider */
};

typedef struct herald_outcome {
  uint32_t struct_size;
  uint32_t result;         /* enum herald_result */
  uint32_t reason;         /* enum herald_reason */
  uint32_t retry_after_ms; /* RETRY, CHANNEL_DOWN; 0: the host's own backoff */
  herald_str provider_id;  /* joins later receipts to this attempt */
  herald_str detail;       /* for people; never parsed; holds no secret and no phone number */
  herald_kvs output;       /* catalog() and render(): see template.h; otherwise empty */
} herald_outcome;

HERALD_STATIC_ASSERT(offsetof(herald_delivery, op) == 8, "layout");

#ifdef __cplusplus
}
#endif
#endif
