// results.hpp - what the callbacks of Host are given, and the requests that are more than strings.
#pragma once

#include <herald/values.hpp>

#pragma GCC visibility push(hidden)
namespace herald::inline v1 {

/// It is done (and committed, where something is stored), or why not.
struct Done {
  herald_status status = HERALD_E_INTERNAL;
  std::string error{};   // for people; empty when ok()
  uint64_t version = 0;  // kv_put: the version written
  bool ok() const noexcept { return status == HERALD_OK; }
};

/// kv_get: the value (version 0: no such key); resolve: the user id or empty; submit: the id.
struct Stored {
  herald_status status = HERALD_E_INTERNAL;
  std::string value{};
  uint64_t version = 0;
  std::string error{};
  bool ok() const noexcept { return status == HERALD_OK; }
};

/// A secret as it is now; called again after each rotation. Borrowed: copy it, and only if needed.
struct Secret {
  herald_status status = HERALD_E_INTERNAL;
  std::string_view value{};
  bool ok() const noexcept { return status == HERALD_OK; }
};

/// Later news about an attempt; see herald_receipt.
struct Receipt {
  herald_receipt_state state = HERALD_RECEIPT_SENT;
  int64_t at_unix_ms = 0;
  std::string provider_id{}, attempt_id{};
  herald_result result = HERALD_REJECTED;  // FAILED only, like the two below
  herald_reason reason = HERALD_REASON_NONE;
  uint32_t retry_after_ms = 0;
  std::string detail{};
};

/// What a person chose or typed; see herald_answer.
struct Answer {
  std::string dedup_id{};
  Identity from{};
  herald_exchange exchange = 0;
  std::string attempt_id{}, provider_id{}, herald_id{}, action_id{}, text{};
  int64_t at_unix_ms = 0;
};

struct Answered {
  herald_status status = HERALD_E_INTERNAL;
  herald_verdict verdict = HERALD_ANSWER_NO_QUESTION;
  std::string herald_id{}, action_id{}, label{};
  bool ok() const noexcept { return status == HERALD_OK; }
};

namespace detail {

inline Done done(const herald_event& ev) {
  Done out{ev.status, {}, ev.version};
  if (!out.ok()) out.error = text(ev.u.bytes);
  return out;
}

inline Stored stored(const herald_event& ev) {
  Stored out{ev.status, {}, ev.version, {}};
  (out.ok() ? out.value : out.error) = text(ev.u.bytes);
  return out;
}

inline Answered answered(const herald_event& ev) {
  Answered out;
  out.status = ev.status;
  if (ev.type == HERALD_EV_ANSWERED && out.ok() && ev.u.answered != nullptr) {
    out.verdict = static_cast<herald_verdict>(ev.u.answered->verdict);
    out.herald_id = text(ev.u.answered->herald_id);
    out.action_id = text(ev.u.answered->action_id);
    if (HERALD_HAS(ev.u.answered, label)) out.label = text(ev.u.answered->label);
  }
  return out;
}

}  // namespace detail
}  // namespace herald::inline v1
#pragma GCC visibility pop
