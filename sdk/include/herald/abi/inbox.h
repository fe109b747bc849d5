/* inbox.h - the per-user inbox. Items and conversation rows belong to the host. */
#ifndef HERALD_ABI_INBOX_H
#define HERALD_ABI_INBOX_H

#include <herald/abi/entry.h>
#include <herald/abi/message.h>

#ifdef __cplusplus
extern "C" {
#endif

#define HERALD_HOST_INBOX "herald.host.inbox/1"

enum herald_item_flag {
  HERALD_ITEM_READ = 1 << 0,
  HERALD_ITEM_ACTIVE = 1 << 1,        /* in the list; not cleared, evicted or withdrawn */
  HERALD_ITEM_OPEN_QUESTION = 1 << 2, /* has actions and none was chosen yet */
  HERALD_ITEM_WITHDRAWN = 1 << 3,     /* its notification was cancelled or expired */
  /* since 1.1 */
  HERALD_ITEM_CHANGED = 1 << 4, /* with HERALD_LIST_CHANGES: it arrived before after_seq, and
                                   something became of it since */
  HERALD_ITEM_RETURNED = 1 << 5 /* counts as delivered to the person */
};

typedef struct herald_item {
  uint32_t struct_size;
  uint32_t flags;       /* enum herald_item_flag; set by the host */
  uint64_t id;          /* increasing per user, never changes; set by the host */
  uint64_t seq;         /* number of the item's arrival in the user's sequence; with
                           HERALD_LIST_CHANGES of the change that the list tells of; set by the
                           host */
  int64_t at_unix_us;   /* strictly increasing per user; set by the host */
  herald_str herald_id; /* the notification; set by the host from the op */
  herald_str type;      /* "info", "confirmation", "status_update", "provider_request" */
  herald_str title;     /* may be empty */
  herald_str text;      /* the exact plain text, not escaped */
  herald_str markdown;  /* may be empty */
  herald_str answered;  /* id of the action chosen, on any channel; set by the host */
  const herald_action* actions;
  uint64_t actions_size;
  uint64_t actions_stride;
} herald_item;

typedef struct herald_items {
  uint32_t struct_size;
  uint32_t gap;             /* 1: after_seq is too old, ahead of the inbox, or of another epoch;
                               the answer is the active list, to start again from */
  const herald_item* items; /* oldest first: by id, or by seq when after_seq was given */
  uint64_t items_size;
  uint64_t items_stride;
  uint64_t unread;       /* active and unread */
  uint64_t older_unread; /* unread, but pushed out of the active list */
  uint64_t cursor;       /* newest seq of this inbox covered by the answer: the next after_seq */
  uint64_t epoch;        /* of this user; changes when sequences start anew (a restored
                            database). Below 2^53 */
  int64_t now_unix_us;   /* the store's clock at the answer */
  uint32_t more;         /* 1: `limit` cut the list */
  uint32_t reserved;
} herald_items;

enum herald_list_flag {
  HERALD_LIST_HISTORY = 1 << 0, /* all items that are kept, not only the active ones */
  HERALD_LIST_CHANGES = 1 << 1  /* with after_seq or epoch: everything numbered above after_seq in
                                   the order of the numbers, active or not: items that arrived
                                   since, and items that changed since (read, cleared, withdrawn,
                                   answered), each once and as it is now */
};

typedef struct herald_inbox_query {
  uint32_t struct_size;
  uint32_t flags;        /* enum herald_list_flag */
  uint64_t after_seq;    /* only items that arrived or changed after this cursor; 0: from the
                            start */
  uint64_t epoch;        /* the epoch after_seq belongs to; 0: not checked */
  int64_t after_unix_us; /* only items strictly newer; 0: from the start */
  uint64_t before_id;    /* only items with a smaller id, for paging back; 0: no bound */
  herald_str herald_id;  /* only the item of that notification; empty: all */
  uint32_t limit;        /* with after_seq or after_unix_us the first, else the newest ones; 0:
                            100, at most 500 */
  uint32_t reserved;
} herald_inbox_query;

enum herald_seen_level { HERALD_SEEN_DELIVERED = 1, HERALD_SEEN_READ = 2 };

/* `exchange` proves who acts and says whose inbox it is: the request's `user`. An exchange
 * without a user is E_INVALID; a service gives no evidence unless its token has scope
 * inbox:read-for (EV_DONE with E_DENIED). */
typedef struct herald_host_inbox {
  uint32_t struct_size;
  uint32_t reserved;
  /* [host] Puts the delivery's message into its recipient's inbox and answers `op` with
   * ACCEPTED, in ONE transaction: item, conversation row, trim, outcome. Only type, title, text,
   * markdown and actions are read. The same notification again: the first item comes back,
   * nothing is written. -> EV_ITEMS with that item, after COMMIT. With any status but OK the op
   * is still owed. E_STATE: op is unknown or answered; E_INVALID: the recipient is no user. */
  herald_status (*append)(const herald_host* host, herald_token token, herald_op op,
                          const herald_item* item);
  /* [host] -> EV_ITEMS. Marks nothing: evidence "delivered" is given after EV_HTTP_CLOSED with
   * status OK, by seen(). */
  herald_status (*list)(const herald_host* host, herald_token token, herald_exchange exchange,
                        const herald_inbox_query* query);
  /* [host] -> EV_DONE: OK (also when it was known already); E_NOT_FOUND: one of the ids is not
   * in that inbox, nothing was marked. level: enum herald_seen_level. At most 500 ids. */
  herald_status (*seen)(const herald_host* host, herald_token token, herald_exchange exchange,
                        const uint64_t* ids, uint64_t n, uint32_t level);
  /* [host] -> EV_DONE. Empties the active list up to and including seq (0: all); counts as read
   * what had been returned to that person before. History stays. */
  herald_status (*clear)(const herald_host* host, herald_token token, herald_exchange exchange,
                         uint64_t up_to_seq);
  /* [host] -> EV_DONE, then EV_INBOX after each change of that user's inbox, made by any node,
   * until unsubscribe(). */
  herald_status (*subscribe)(const herald_host* host, herald_token token, herald_str user);
  /* [host] No EV_INBOX of it comes any more when called on the strand. E_STATE: no such
   * subscription. */
  herald_status (*unsubscribe)(const herald_host* host, herald_token token);
} herald_host_inbox;

#ifdef __cplusplus
}
#endif
#endif
