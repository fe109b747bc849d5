// codes.hpp - the provider's error codes and what each means for an attempt.
// Owns: the one table used both for answers of the send request and for `failed` statuses.
// Runs on: any thread, constant data. Never: reads JSON, logs, keeps state.
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
  needs_template,  // the 24-hour window is closed: a text cannot pass
  recipient,       // never for this address
  content,         // never for this message
  configuration,   // nothing works until an operator acts
};

struct Rule {
  int32_t first, last;  // error.code, inclusive
  Action action;
  herald_reason reason;
  uint32_t retry_ms;      // RETRY, CHANNEL_DOWN: not before; 0: the daemon's own backoff
  std::string_view hint;  // cause and next step, for the operator
};

/// Every documented code, ascending, without overlap.
std::span<const Rule> rules() noexcept;

/// One error as the provider told it.
struct Failure {
  std::optional<int64_t> code{};  // error.code; nothing: no such error object came
  int64_t subcode = 0;
  uint32_t http = 0;     // 0: told by webhook
  uint32_t attempt = 1;  // 1 for the first try on this channel
  uint32_t wait_ms = 0;  // what the answer's headers ask for; 0: nothing
};

struct Verdict {
  herald_result result = HERALD_REJECTED;
  herald_reason reason = HERALD_REASON_PROVIDER;
  uint32_t retry_after_ms = 0;
  std::string_view hint{};
};

/// The code decides, whatever the HTTP status says; an unknown or missing code is judged by the
/// HTTP status.
Verdict judge(const Failure& failure) noexcept;

/// For people: number, hint, and what the provider said (masked: no phone, no token; shortened).
std::string explain(const Failure& failure, const Verdict& verdict, std::string_view said);

}  // namespace whatsapp
