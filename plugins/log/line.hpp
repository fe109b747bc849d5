// line.hpp - what is recorded of one attempt.
#pragma once

#include <herald/message.hpp>

#include <string>

namespace log_channel {

/// 2025-07-14T10:00:00.123Z
std::string utc(int64_t unix_ms);

/// Every telephone number in it as `2376•••••173`: nine to fifteen digits in a row or in groups
/// with single spaces, dots or dashes between them.
std::string mask_phones(const std::string& text);

/// low, normal, high, urgent.
std::string priority_name(uint32_t priority);

/// The message's words: text/plain, else text/markdown, phone numbers masked.
std::string words(const herald::Message& message);

/// One JSON object and a line feed: time, id, attempt, number, kind, type, user, priority and, if
/// wanted, text.
std::string line(const herald::Delivery& delivery, int64_t now_unix_ms, bool with_text);

}  // namespace log_channel
