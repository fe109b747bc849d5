/* herald.h - the plugin ABI of Herald, version 1: all that plugin and daemon say to each other.
 *
 * Pure C11 (and C++11 or later); includes only <stddef.h> and <stdint.h>. Authors who write C++20
 * include <herald/herald.hpp> instead, which wraps all of this.
 *
 * Rules that hold everywhere. Breaking one is "misbehaviour": logged, counted, survived.
 *
 *  MEMORY   Nobody frees what the other side allocated. Views (herald_str, herald_kvs, arrays) are
 *           borrowed and valid only until the call they were passed to returns; copy what you keep.
 *  TEXT     UTF-8, counted, not NUL-terminated. {NULL, 0} is the empty string.
 *  IDS      Objects are 64-bit ids chosen by the side that creates them, never pointers. 0 is none.
 *  ERRORS   Functions return herald_status. No exception, longjmp or signal crosses the boundary.
 *  THREADS  [plugin] functions are entered by one daemon thread at a time per instance, unless the
 *           descriptor sets HERALD_PLUGIN_CONCURRENT. [host] functions may be called from any
 *           thread between create() and the return of stop(); they copy their arguments and never
 *           block.
 *  EVENTS   A [host] function that takes a herald_token and returns HERALD_OK answers later with
 *           exactly one event that carries the token, on the instance's own strand, never inside
 *           the call. When it returns anything else no event follows; nor after stop().
 *           Exceptions that say so bring more than one: timers, secrets, mounts, subscriptions.
 *  GROWTH   Every struct starts with struct_size = sizeof at the writer's compile time; fields are
 *           only ever appended; readers test HERALD_HAS(). Arrays carry their stride. Interfaces
 *           are found by id "name/MAJOR". Unknown events and flags are ignored. reserved is 0.
 *
 * Everything is serializable: the same unmodified plugin runs in the daemon or in a child process.
 */
#ifndef HERALD_HERALD_H
#define HERALD_HERALD_H

#include <herald/abi/answers.h>
#include <herald/abi/channel.h>
#include <herald/abi/core.h>
#include <herald/abi/directory.h>
#include <herald/abi/entry.h>
#include <herald/abi/event.h>
#include <herald/abi/http.h>
#include <herald/abi/inbox.h>
#include <herald/abi/kv.h>
#include <herald/abi/message.h>
#include <herald/abi/metrics.h>
#include <herald/abi/receipts.h>
#include <herald/abi/submit.h>
#include <herald/abi/template.h>
#include <herald/abi/values.h>

#endif
