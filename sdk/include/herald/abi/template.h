/* template.h - the interface of a plugin that turns a kind and its parameters into texts. */
#ifndef HERALD_ABI_TEMPLATE_H
#define HERALD_ABI_TEMPLATE_H

#include <herald/abi/entry.h>
#include <herald/abi/message.h>

#ifdef __cplusplus
extern "C" {
#endif

#define HERALD_TEMPLATE "herald.template/1"

/* Keys of herald_outcome.output that are no MIME type. */
#define HERALD_OUTPUT_TITLE "title"     /* text */
#define HERALD_OUTPUT_ACTIONS "actions" /* JSON array of {"id","label","text"} */
#define HERALD_OUTPUT_FIELDS                                                                       \
  "fields"                              /* JSON object of strings: parameters formatted for locale \
                                         */
#define HERALD_OUTPUT_TYPE "type"       /* item type: "info", ... */
#define HERALD_OUTPUT_VERSION "version" /* of the template that was used */
#define HERALD_OUTPUT_CATALOG "application/json"

typedef struct herald_render {
  uint32_t struct_size;
  uint32_t max_bytes; /* of any one output; beyond it complete with REJECTED, TOO_LARGE */
  herald_str kind;
  herald_str params_json; /* JSON object, already checked against the catalog */
  herald_str locale;      /* BCP 47 */
  herald_str time_zone;   /* IANA name */
  herald_str channel;     /* name of the channel it is for */
  herald_str formats;     /* MIME types wanted, space separated, best first */
} herald_render;

/* Both answer through complete(op, DELIVERED with output) or complete(op, REJECTED or RETRY with
 * detail). A status other than OK is itself the answer and nothing is owed: E_INVALID,
 * E_UNSUPPORTED = rejected; all others = retry. */
typedef struct herald_template {
  uint32_t struct_size;
  uint32_t reserved;
  /* [plugin] Output HERALD_OUTPUT_CATALOG:
   * {"version":"...","kinds":[{"kind","params":[{"name","type","required","default",
   * "limits"}],"type","priority","actions","dedupe","locales"}]}. Asked after start and after
   * each reload; the host checks submissions from it and never calls the plugin on that path. */
  herald_status (*catalog)(herald_plugin* plugin, herald_op op, herald_error* error);
  /* [plugin] Output: one entry per format of `formats` it can make (key = MIME type), and the
   * keys above. Pure: same input, same output. Must not block. */
  herald_status (*render)(herald_plugin* plugin, herald_op op, const herald_render* render,
                          herald_error* error);
} herald_template;

#ifdef __cplusplus
}
#endif
#endif
