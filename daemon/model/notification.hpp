#pragma once

#include <string>

#include "model/chain.hpp"
#include "model/progress.hpp"
#include "model/types.hpp"

namespace herald::model {

/// A notification that passed validation, before it is stored.
struct NewNotification {
  std::string id;
  std::string producer;  ///< who submitted: "uid:1000", "token:shop", "channel:webchat";
                         ///< idempotency keys are per producer
  std::string kind;
  std::string type;  ///< item type: info, confirmation, status_update, provider_request
  Identity to;       ///< normalised; resolved to a user inside the storing transaction
  bool create_recipient = false;  ///< directory.unknown_recipient: create
  std::string
      params_json;  ///< JSON object as submitted, defaults filled in; "{}" when content is given
  std::string content_json;  ///< {title, markdown, type, actions} when the producer sent content,
                             ///< else empty
  Priority priority = Priority::normal;
  TimePoint created{};
  TimePoint not_before{};  ///< <= created: at once
  TimePoint expires{};
  std::string idempotency_key;  ///< empty: none
  uint64_t body_hash = 0;       ///< of the canonical request; compared when the key is met again
  std::string body_digest;      ///< SHA-256 of the canonical request, hex: what decides "same body"
  std::string dedupe_key;       ///< kind-declared (request_id + status); a repeat to the same user
                                ///< within 24 h gives the first id; empty: none
  ChainPtr chain;
};

/// What does not change after acceptance.
struct Head {
  std::string id, producer, kind, type;
  Identity to;
  UserId user = 0;  ///< 0: a recipient without a row in users cannot exist; providers are users too
  std::string params_json, content_json;
  Priority priority = Priority::normal;
  TimePoint created{}, not_before{};
  ChainPtr chain;
};

/// A stored notification.
struct Notification {
  Head head;
  Progress progress;
  int64_t seq = 0;  ///< of its latest event in the timeline; 0: none yet
};

}  // namespace herald::model
