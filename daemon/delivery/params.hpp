#pragma once

#include <boost/json/fwd.hpp>

#include "base/result.hpp"
#include "model/ports/channels.hpp"

namespace herald::delivery {

/// Checks parameters against the kind's declaration, fills in defaults, refuses what the kind does
/// not know. unprocessable, with `where` naming the parameter: "params.provider.phone". Pure.
base::Result<boost::json::object> check_params(const model::KindSpec& kind,
                                               const boost::json::object& params);

}  // namespace herald::delivery
