// long_poll.hpp - a poll that is answered when there is something to say.
#pragma once

#include "evidence.hpp"
#include "feed.hpp"

namespace webchat {

inline constexpr unsigned kLongestWait = 60;  // seconds

/// Answers `to` with what comes after the cursor, or with nothing after `seconds`. `returned` is
/// told what was in the answer.
void wait_for_news(Feeds& feeds, const herald::Incoming& request, const herald::Exchange& to,
                   const Cursor& cursor, unsigned seconds, std::shared_ptr<Returned> returned);

}  // namespace webchat
