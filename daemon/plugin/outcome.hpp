#pragma once

#include <herald/herald.h>

#include "model/ports/delivery.hpp"
#include "plugin/op_table.hpp"

namespace herald::plugin {

/// What a plugin gave to complete(): copied, checked. `complaint` gets what had to be dropped from
/// it (a provider id that is too long, broken UTF-8): an answer with a blemish is worth more than
/// none. Error: it cannot be used at all.
base::Result<Ended> read_outcome(const herald_outcome* raw, const Op& op, std::string& complaint);

/// A non-OK return of deliver() (R14). `text` is what the plugin left in the error.
model::Outcome outcome_of(herald_status status, std::string text);
/// A non-OK return of reconcile(): it cannot tell, whatever the cause.
model::Outcome unclear(std::string text);

/// A completion that came too late, as news about the attempt (R13); nothing when it says nothing
/// (unknown).
std::optional<model::ports::ChannelReceipt> late_receipt(const std::string& attempt_id,
                                                         const model::Outcome& outcome,
                                                         model::TimePoint at);
/// A receipt as a plugin reports it; the error's message is the cause.
base::Result<model::ports::ChannelReceipt> read_receipt(const herald_receipt& raw);

}  // namespace herald::plugin
