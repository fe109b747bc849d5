// errors.hpp - what a provider's error means for an attempt.
// Owns: the rules by which the providers' tables (cloud_api/codes.cpp, twilio/codes.cpp) are read,
// for answers of a send and for `failed` statuses alike. Runs on: any thread.
// Never: reads JSON or forms, logs, keeps state.
#pragma once

#include <herald/herald.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace whatsapp {

/// What to do about an error; decides the outcome, see judge().
enum class Action {
  retry,           // transient and certainly not sent
  needs_template,  // the 24-hour window is closed: a free text cannot pass
  recipient,       // never for this address
  content,         // never for this message
  configuration,   // nothing works until an operator acts
  ambiguous,       // nobody knows whether it was sent
};

/// What to keep in mind about the person's address.
enum class Remember {
  nothing,
  quarantine,  // leave it alone for the configured time
  day,         // the provider says: not within 24 hours
  opted_out,   // the person does not want it
};

struct Rule {
  int32_t first, last;  // code, inclusive
  Action action;
  herald_reason reason;
  std::string_view hint;  // cause and next step, for the operator
  uint32_t retry_ms = 0;  // RETRY, CHANNEL_DOWN: not before; 0: the daemon's own backoff
  Remember remember = Remember::nothing;
  uint32_t tries = 0;  // RETRY: attempts until it counts as a fault of the content; 0: any
  bool grows = false;  // RETRY: 4^n seconds for the n-th try, at least retry_ms
};

/// One provider's codes, ascending, without overlap.
using Table = std::span<const Rule>;

/// One error as the provider told it.
struct Failure {
  std::optional<int64_t> code{};  // nothing: no such error object came
  uint32_t http = 0;              // 0: told by webhook
  uint32_t attempt = 1;           // 1 for the first try on this channel
  uint32_t wait_ms = 0;           // what the answer's headers ask for; 0: nothing
};

struct Verdict {
  herald_result result = HERALD_REJECTED;
  herald_reason reason = HERALD_REASON_PROVIDER;
  uint32_t retry_after_ms = 0;
  std::string_view hint{};
  Remember remember = Remember::nothing;
  bool window_closed = false;
};

/// The code decides, whatever the HTTP status says; an unknown or missing code is judged by the
/// HTTP status. needs_template is RETRY: the next attempt, which knows that the window is closed,
/// goes as a template or is rejected without a send.
Verdict judge(Table table, const Failure& failure) noexcept;

/// For people: number, hint, and what the provider said (masked: no phone, no token; shortened).
std::string explain(const Failure& failure, const Verdict& verdict, std::string_view said);

/// A metric label from a closed set: the table's codes and ranges, "other", or "none".
std::string label(Table table, const std::optional<int64_t>& code);

}  // namespace whatsapp
