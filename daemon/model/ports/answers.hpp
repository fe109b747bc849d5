#pragma once

#include <functional>
#include <string>

#include "base/result.hpp"
#include "model/ports/principal.hpp"
#include "model/types.hpp"

namespace herald::model::ports {

/// What a person said on a channel: a button, or words.
struct Said {
  std::string channel;
  std::string dedup_id;  ///< the channel's name for it: the same again is REPEATED; may be empty
  Identity from;         ///< who, as the provider verified it, ...
  Principal who;         ///< ... or who acts by an exchange, and in whose inbox;
  UserId user = 0;       ///< then `from` is empty
  // What it replies to; any may be empty.
  std::string attempt_id, provider_id, notification;
  std::string action;  ///< id of the action of a button; else
  std::string text;    ///< words
};

/// What came of it. Numbers as in the ABI (enum herald_verdict).
enum class Verdict : uint8_t {
  won = 1,
  repeated,          ///< the same was said before, and stands
  already_answered,  ///< another answer stands
  expired,           ///< too late, or cancelled
  ambiguous,         ///< several questions are open, and nothing tells which is meant
  no_question,       ///< nothing is open: conversation
  not_yours,         ///< there is no such notification of that person
  not_an_option      ///< the question has no such action; words that fit no question: conversation
};

struct Answered {
  Verdict verdict = Verdict::no_question;
  std::string notification;   ///< the question it was joined to, or empty
  std::string action, label;  ///< of the answer that stands, or empty
};

/// The one place where answers of all channels are resolved. Any thread in, any thread out.
class Answers {
 public:
  virtual ~Answers() = default;
  /// `done` after COMMIT. denied when somebody else speaks for a person; errors of the store.
  virtual void said(Said, std::function<void(base::Result<Answered>)> done) = 0;
};

}  // namespace herald::model::ports
