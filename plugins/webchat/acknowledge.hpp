// acknowledge.hpp - "delivered" over streams: what the person's cursor says that arrived.
#pragma once

#include <herald/herald.hpp>

#include "cursor.hpp"

namespace webchat {

/// Records that the exchange's person has everything that came over a stream up to this cursor. A
/// cursor of another life of the inbox proves nothing and is no failure. done(status) comes once,
/// after the commit.
void acknowledge(const herald::Host& host, const herald::Exchange& as, const Cursor& cursor,
                 herald::Callback<herald_status> done);
/// The same for a cursor that a person's request resumes from; a service proves nothing. A failure
/// is only logged, for the next cursor says it again.
void brought_back(const herald::Host& host, const herald::Incoming& request,
                  const herald::Exchange& as, const Cursor& cursor);

}  // namespace webchat
