#pragma once

#include "plugin/host/side.hpp"

namespace herald::plugin {

/// A stream whose token is over, or revoked, may still say so; then the host ends it.
inline constexpr std::chrono::seconds kGoodbye{3};
inline constexpr unsigned kNoToken = 4401;  ///< as http/ closes a WebSocket that has no token

/// What the host answers in the plugin's place.
model::web::Response problem(unsigned status, const char* title);
/// Moves an exchange on, when it is at `from`; its port, or nothing. `question`: gets what was
/// asked, which is not needed any more.
model::web::ExchangePtr step(Side& side, herald_exchange id, Held::Exchange::Stage from,
                             Held::Exchange::Stage to, KeptAnswers::Question* question = nullptr);
/// The exchange is over: one HTTP_CLOSED, then it proves who acts for 10 s more.
void closed(const std::weak_ptr<Side>& side, herald_exchange id, bool all);
/// Its caller's credential was revoked: the plugin hears of it once.
void tell_revoked(Side& side, herald_exchange id);

}  // namespace herald::plugin
