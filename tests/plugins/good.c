/* A correct channel in plain C, for tests of the daemon. What it does with a message is said by the
 * word after "behave" in the message's parameters, else in its text/plain part, else in the
 * configuration: {"behave":"reject"} or "... behave=reject".
 *
 *   deliver (default)  DELIVERED                 down     CHANNEL_DOWN
 *   accept             ACCEPTED                  unknown  UNKNOWN
 *   confirm            ACCEPTED, then a receipt  fail     deliver() returns E_INTERNAL
 *                      DELIVERED 50 ms later     hang     answered only when cancelled or stopped
 *   reject             REJECTED                  slow     DELIVERED after 300 ms
 *   retry              RETRY after 100 ms
 *
 * With {"record":"/path"} each delivery appends a line: attempt_id herald_id recipient behaviour.
 * Single-threaded, keeps at most 64 deliveries open, copies all it keeps. */
#include <herald/herald.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STR(literal) \
  { literal, sizeof(literal) - 1 }
enum { kOpen = 64, kWord = 16, kToken = 1000 };

typedef struct pending { /* token of its timer or receipt: kToken + index */
  herald_op op;          /* 0: answered, the receipt is still due */
  int used;
  char provider_id[72];
} pending;

typedef struct instance {
  herald_plugin plugin;
  const herald_host* host;
  const herald_host_core* core;
  const herald_host_receipts* receipts; /* may be NULL */
  char behave[kWord];
  char record[256];
  pending open[kOpen];
} instance;

static herald_str str(const char* text) {
  herald_str s;
  s.data = text;
  s.size = strlen(text);
  return s;
}
static instance* self(herald_plugin* plugin) { return (instance*)plugin->impl; }

/* The letters after `key`, whatever stands between them. 1: found. */
static int word_after(herald_str in, const char* key, char* out, size_t room) {
  const size_t n = strlen(key);
  for (uint64_t i = 0; i + n <= in.size; ++i) {
    if (memcmp(in.data + i, key, n) != 0) continue;
    uint64_t at = i + n;
    size_t len = 0;
    while (at < in.size && (in.data[at] < 'a' || in.data[at] > 'z')) ++at;
    while (at < in.size && in.data[at] >= 'a' && in.data[at] <= 'z' && len + 1 < room)
      out[len++] = in.data[at++];
    out[len] = 0;
    return len != 0;
  }
  return 0;
}

/* The JSON string after "key": without escapes. */
static void string_after(herald_str in, const char* key, char* out, size_t room) {
  const size_t n = strlen(key);
  out[0] = 0;
  for (uint64_t i = 0; i + n <= in.size; ++i) {
    if (memcmp(in.data + i, key, n) != 0) continue;
    uint64_t at = i + n;
    size_t len = 0;
    while (at < in.size && in.data[at] != ':') ++at;
    while (at < in.size && in.data[at] != '"') ++at;
    for (++at; at < in.size && in.data[at] != '"' && len + 1 < room; ++at) out[len++] = in.data[at];
    out[len] = 0;
    return;
  }
}

static herald_status complete(instance* me, herald_op op, uint32_t result, uint32_t reason,
                              const char* provider_id, const char* detail) {
  herald_outcome o;
  memset(&o, 0, sizeof o);
  o.struct_size = sizeof o;
  o.result = result;
  o.reason = reason;
  o.retry_after_ms = result == HERALD_RETRY ? 100 : 0;
  o.provider_id = str(provider_id);
  o.detail = str(detail);
  return me->core->complete(me->host, op, &o);
}

static void record(const instance* me, const herald_delivery* d, const char* behave) {
  if (me->record[0] == 0) return;
  FILE* file = fopen(me->record, "a");
  if (file == NULL) return;
  const herald_message* m = d->message;
  fprintf(file, "%.*s %.*s %.*s %s\n", (int)d->attempt_id.size, d->attempt_id.data,
          (int)m->herald_id.size, m->herald_id.data, (int)m->recipient.size, m->recipient.data,
          behave);
  fclose(file);
}

/* Keeps the delivery and wakes up for it after ms (0: does not). */
static herald_status keep(instance* me, herald_op op, const char* provider_id, uint64_t ms) {
  for (int i = 0; i < kOpen; ++i) {
    pending* p = &me->open[i];
    if (p->used) continue;
    p->used = 1;
    p->op = op;
    snprintf(p->provider_id, sizeof p->provider_id, "%s", provider_id);
    if (ms == 0) return HERALD_OK;
    return me->core->timer_start(me->host, (herald_token)(kToken + i), ms, 0);
  }
  return HERALD_E_LIMIT;
}

static herald_status deliver(herald_plugin* plugin, const herald_delivery* d, herald_error* error) {
  instance* me = self(plugin);
  const herald_message* m = d->message;
  char behave[kWord];
  char id[72];
  int found = word_after(m->params_json, "behave", behave, sizeof behave);
  for (uint64_t i = 0; !found && i < m->parts_size; ++i) {
    const herald_part* part =
        (const herald_part*)(const void*)((const char*)m->parts + i * m->parts_stride);
    if (part->mime.size == 10 && memcmp(part->mime.data, "text/plain", 10) == 0)
      found = word_after(part->data, "behave", behave, sizeof behave);
  }
  if (!found) memcpy(behave, me->behave, sizeof behave);
  snprintf(id, sizeof id, "good-%.*s", (int)d->attempt_id.size, d->attempt_id.data);
  record(me, d, behave);

  if (strcmp(behave, "accept") == 0) return complete(me, d->op, HERALD_ACCEPTED, 0, id, "");
  if (strcmp(behave, "reject") == 0)
    return complete(me, d->op, HERALD_REJECTED, HERALD_REASON_BAD_RECIPIENT, "", "told to reject");
  if (strcmp(behave, "retry") == 0)
    return complete(me, d->op, HERALD_RETRY, HERALD_REASON_NETWORK, "", "told to retry");
  if (strcmp(behave, "down") == 0)
    return complete(me, d->op, HERALD_CHANNEL_DOWN, HERALD_REASON_AUTH, "", "told to be down");
  if (strcmp(behave, "unknown") == 0)
    return complete(me, d->op, HERALD_UNKNOWN, HERALD_REASON_TIMEOUT, "", "told not to know");
  if (strcmp(behave, "fail") == 0) {
    const char* text = "told to fail";
    error->text_size = (uint32_t)strlen(text);
    memcpy(error->text, text, error->text_size);
    return HERALD_E_INTERNAL;
  }
  if (strcmp(behave, "hang") == 0) return keep(me, d->op, id, 0);
  if (strcmp(behave, "slow") == 0) return keep(me, d->op, id, 300);
  if (strcmp(behave, "confirm") == 0) {
    const herald_status kept = keep(me, 0, id, 50);
    if (kept != HERALD_OK) return kept;
    return complete(me, d->op, HERALD_ACCEPTED, 0, id, "");
  }
  return complete(me, d->op, HERALD_DELIVERED, 0, id, "");
}

static void woke(instance* me, pending* p, herald_token token) {
  if (p->op != 0) {
    complete(me, p->op, HERALD_DELIVERED, 0, p->provider_id, "");
  } else if (me->receipts != NULL) {
    herald_receipt r;
    memset(&r, 0, sizeof r);
    r.struct_size = sizeof r;
    r.state = HERALD_RECEIPT_DELIVERED;
    r.at_unix_ms = me->core->now_unix_ms(me->host);
    r.provider_id = str(p->provider_id);
    me->receipts->receipts(me->host, token, &r, 1, sizeof r);
  }
  p->used = 0;
}

static void event(herald_plugin* plugin, const herald_event* ev) {
  instance* me = self(plugin);
  if (ev->type == HERALD_EV_TIMER && ev->id >= kToken && ev->id < kToken + kOpen) {
    pending* p = &me->open[ev->id - kToken];
    if (p->used) woke(me, p, ev->id);
  }
  if (ev->type != HERALD_EV_CANCEL) return;
  for (int i = 0; i < kOpen; ++i) {
    pending* p = &me->open[i];
    if (!p->used || p->op != ev->id) continue;
    complete(me, p->op, HERALD_RETRY, HERALD_REASON_CANCELLED, "", "cancelled before it was sent");
    me->core->timer_stop(me->host, (herald_token)(kToken + i));
    p->used = 0;
  }
}

static herald_status configure(herald_plugin* plugin, herald_str json, herald_error* error) {
  instance* me = self(plugin);
  (void)error;
  if (!word_after(json, "behave", me->behave, sizeof me->behave))
    snprintf(me->behave, sizeof me->behave, "deliver");
  string_after(json, "\"record\"", me->record, sizeof me->record);
  return HERALD_OK;
}
static herald_status start(herald_plugin* plugin, herald_error* error) {
  (void)plugin, (void)error;
  return HERALD_OK;
}
static void drain(herald_plugin* plugin, int64_t deadline) { (void)plugin, (void)deadline; }
static void stop(herald_plugin* plugin) {
  instance* me = self(plugin);
  for (int i = 0; i < kOpen; ++i)
    if (me->open[i].used && me->open[i].op != 0)
      complete(me, me->open[i].op, HERALD_UNKNOWN, HERALD_REASON_CANCELLED, "", "stopped");
}
static void destroy(herald_plugin* plugin) { free(plugin->impl); }

static const herald_channel channel = {sizeof(herald_channel), 0, deliver, NULL};
static const void* get_interface(herald_plugin* plugin, herald_str id) {
  (void)plugin;
  return id.size == strlen(HERALD_CHANNEL) && memcmp(id.data, HERALD_CHANNEL, id.size) == 0
             ? &channel
             : NULL;
}

static herald_status create(const herald_host* host, herald_str id, herald_plugin** out,
                            herald_error* error) {
  instance* me = (instance*)calloc(1, sizeof *me);
  (void)id, (void)error;
  if (me == NULL) return HERALD_E_LIMIT;
  me->host = host;
  me->core = (const herald_host_core*)host->get_interface(host, str(HERALD_HOST_CORE));
  me->receipts = (const herald_host_receipts*)host->get_interface(host, str(HERALD_HOST_RECEIPTS));
  if (me->core == NULL) {
    free(me);
    return HERALD_E_UNSUPPORTED;
  }
  snprintf(me->behave, sizeof me->behave, "deliver");
  me->plugin = (herald_plugin){
      sizeof(herald_plugin), 0, me, configure, start, drain, stop, destroy, event, get_interface};
  *out = &me->plugin;
  return HERALD_OK;
}

static const herald_descriptor descriptor = {
    sizeof(herald_descriptor),
    HERALD_PLUGIN_RECEIPTS,
    STR("org.herald.test.good"),
    STR("Test channel"),
    STR("1.0.0"),
    STR("Apache-2.0"),
    STR(""),
    STR("Does what the message or the configuration tells it to"),
    STR(HERALD_CHANNEL),
    STR("{\"type\":\"object\",\"properties\":{\"behave\":{\"type\":\"string\"},"
        "\"record\":{\"type\":\"string\"}}}"),
    0,
    0,
    STR("user phone"),
    STR("text/plain"),
    (1u << HERALD_RECEIPT_SENT) | (1u << HERALD_RECEIPT_DELIVERED) | (1u << HERALD_RECEIPT_READ),
    0};
static const herald_descriptor* const descriptors[] = {&descriptor};

const herald_entry herald_entry_v1 = {
    sizeof(herald_entry), HERALD_ABI_MAJOR, HERALD_ABI_MINOR, 0, 0, 1, descriptors, create};
