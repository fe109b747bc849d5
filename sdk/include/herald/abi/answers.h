/* answers.h - what a person chose or typed, on any channel; resolved once. */
#ifndef HERALD_ABI_ANSWERS_H
#define HERALD_ABI_ANSWERS_H

#include <herald/abi/entry.h>

#ifdef __cplusplus
extern "C" {
#endif

#define HERALD_HOST_ANSWERS "herald.host.answers/1"

typedef struct herald_answer {
  uint32_t struct_size;
  uint32_t flags;           /* none defined */
  int64_t at_unix_ms;       /* the provider's clock: shown only; 0: now */
  herald_str dedup_id;      /* the same one again is REPEATED: the provider's message id */
  herald_identity from;     /* who said it: an identity verified by the provider, ... */
  herald_exchange exchange; /* ... or the principal of this exchange (then `from` is empty) */
  herald_str attempt_id, provider_id, herald_id; /* what it replies to; any may be empty */
  herald_str action_id;                          /* a button was pressed: its id; ... */
  herald_str text; /* ... or text was typed, matched against the actions' texts */
} herald_answer;

enum herald_verdict {
  HERALD_ANSWER_WON = 1,
  HERALD_ANSWER_REPEATED = 2,
  HERALD_ANSWER_ALREADY_ANSWERED = 3,
  HERALD_ANSWER_EXPIRED = 4,
  HERALD_ANSWER_AMBIGUOUS = 5,    /* several questions are open and nothing names the one that is
                                     meant: nothing was resolved, ask which */
  HERALD_ANSWER_NO_QUESTION = 6,  /* nothing is open: conversation */
  HERALD_ANSWER_NOT_YOURS = 7,    /* that person has no such notification */
  HERALD_ANSWER_NOT_AN_OPTION = 8 /* no such action; words alone that fit no open question are
                                     conversation */
};

typedef struct herald_answered {
  uint32_t struct_size;
  uint32_t verdict;     /* enum herald_verdict */
  herald_str herald_id; /* the question it was joined to; may be empty */
  herald_str action_id; /* the action that stands */
  herald_str label;     /* and what people call it */
} herald_answered;

typedef struct herald_host_answers {
  uint32_t struct_size;
  uint32_t reserved;
  /* [host] -> EV_ANSWERED after COMMIT. E_UNSUPPORTED: this daemon does not resolve answers. */
  herald_status (*answer)(const herald_host* host, herald_token token, const herald_answer* answer);
} herald_host_answers;

#ifdef __cplusplus
}
#endif
#endif
