#pragma once

#include <boost/json/fwd.hpp>
#include <functional>
#include <string>

#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"
#include "model/notification.hpp"
#include "model/ports/channels.hpp"
#include "model/ports/directory.hpp"

namespace herald::delivery {

/// What a submission is checked against: one snapshot of configuration and catalog.
struct SubmissionRules {
  std::shared_ptr<const model::Catalog> catalog;
  /// Which chain: routing, injected. (kind, priority, producer, has actions)
  std::function<base::Result<model::ChainPtr>(std::string_view, model::Priority, std::string_view,
                                              bool)>
      chain;
  model::ports::Directory* directory = nullptr;
  bool create_recipients = false;
};

/// Bytes of an idempotency key.
inline constexpr std::size_t kLongestKey = 255;

/// Whom a request is for, spelled as the store keeps it.
base::Result<model::Identity> recipient_of(const boost::json::object& request,
                                           const model::ports::Directory& directory);

/// Checks a producer's request (architecture, section 8) and makes the notification that would be
/// stored. Pure but for the id. Errors name the field in `where`. `params` is checked by the kind's
/// declaration, never by calling a plugin.
base::Result<model::NewNotification> check_submission(const SubmissionRules& rules,
                                                      std::string producer,
                                                      const boost::json::value& request,
                                                      base::Random& random, model::TimePoint now);

}  // namespace herald::delivery
