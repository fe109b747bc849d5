#pragma once

#include <string>

#include "model/ports/channels.hpp"

namespace herald::delivery {

/// What is stored of a rendering, so that retries after a restart send the same text (R15).
std::string rendered_to_json(const model::Rendered& rendered);
base::Result<model::Rendered> rendered_from_json(std::string_view text);

}  // namespace herald::delivery
