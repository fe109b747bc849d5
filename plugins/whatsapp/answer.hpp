// answer.hpp - what the provider's answer to a send request means.
#pragma once

#include <herald/herald.hpp>

#include <optional>

#include "codes.hpp"

namespace whatsapp {

struct Answer {
  herald::Outcome outcome{};
  std::optional<int64_t> code{};  // of the error table, when there was an error object
};

/// attempt: 1 for the first try. Never RETRY where the message may have left.
Answer read_answer(const herald::FetchResult& result, uint32_t attempt);

}  // namespace whatsapp
