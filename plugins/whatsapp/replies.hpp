// replies.hpp - what people are told about their answers.
#pragma once

#include <herald/herald.hpp>

#include "settings/settings.hpp"

namespace whatsapp {

/// Empty where nothing has to be said: the answer counts, or it was none.
std::string reply_to(const herald::Answered& answered, const Replies& replies);

/// The label of a metric.
const char* word(herald_verdict verdict);

}  // namespace whatsapp
