#pragma once

#include "model/ports/web.hpp"
#include "plugin/host/event.hpp"

namespace herald::plugin {

/// HERALD_EV_HTTP_REQUEST for an inbound request; the event owns a copy. `who` and `user`: as the
/// exchange keeps them.
Event request_event(herald_token mount, herald_exchange exchange,
                    const model::web::Request& request, const model::Principal& who,
                    model::UserId user);

/// `a=1&b=%C3%A9+x`, decoded, in order; what is no valid percent-encoding stays as it is. At most
/// 100 parameters.
std::vector<std::pair<std::string, std::string>> parse_query(std::string_view query);

}  // namespace herald::plugin
