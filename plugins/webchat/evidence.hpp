// evidence.hpp - "delivered": items are reported only once every byte of the answer was written.
#pragma once

#include <herald/herald.hpp>

#include <memory>

namespace webchat {

/// Ids of the items an answer returns to the person.
using Returned = std::vector<uint64_t>;

/// Prepares the evidence of one exchange; call it inside the handler, before the first question to
/// the host. What stands in the list when the exchange has closed well is then reported as
/// delivered - if it is the person who asked, and not a service in that person's place.
std::shared_ptr<Returned> evidence_of(const herald::Host& host, const herald::Incoming& request,
                                      const herald::Exchange& to);

void remember(Returned& returned, const std::vector<herald::Item>& items);

/// Whether it is recorded of all of them that they were returned: doing it again proves nothing.
bool all_returned(const std::vector<herald::Item>& items);

}  // namespace webchat
