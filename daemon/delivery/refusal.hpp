#pragma once

#include <boost/json/fwd.hpp>

#include "delivery/submission.hpp"
#include "model/event.hpp"

namespace herald::delivery {

/// A request of a producer who is not there any more to be told that it was refused: it is kept, as
/// a notification that ends at once.
struct Refusal {
  model::NewNotification notification;  ///< with what of the request can be understood; no steps
  model::event::Blocked why;            ///< `invalid`; names the parameter
};

/// `request`: null when it is no JSON. `error`: what check_submission() or the store said.
Refusal refusal_of(const SubmissionRules& rules, std::string id, std::string producer,
                   const boost::json::value& request, const base::Error& error,
                   model::TimePoint now);

}  // namespace herald::delivery
