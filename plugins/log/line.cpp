#include "line.hpp"

#include <array>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <cstdio>
#include <ctime>

namespace log_channel {
namespace {

bool digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

std::string utc(int64_t unix_ms) {
  const auto millis = ((unix_ms % 1000) + 1000) % 1000;
  const auto seconds = static_cast<std::time_t>((unix_ms - millis) / 1000);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  std::array<char, 80> out{};
  std::snprintf(out.data(), out.size(), "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", parts.tm_year + 1900,
                parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec,
                static_cast<int>(millis));
  return out.data();
}

std::string mask_phones(const std::string& text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    if (!digit(text[at])) {
      out += text[at++];
      continue;
    }
    std::string digits;
    auto end = at;
    for (auto i = at; i < text.size(); ++i) {
      if (digit(text[i])) {
        digits += text[i];
        end = i + 1;
      } else if ((text[i] != ' ' && text[i] != '.' && text[i] != '-') || i + 1 >= text.size() ||
                 !digit(text[i + 1])) {
        break;
      }
    }
    if (digits.size() >= 9 && digits.size() <= 15)
      out += digits.substr(0, 4) + "•••••" + digits.substr(digits.size() - 3);
    else
      out.append(text, at, end - at);
    at = end;
  }
  return out;
}

std::string priority_name(uint32_t priority) {
  static constexpr std::array kNames{"low", "normal", "high", "urgent"};
  return priority < kNames.size() ? kNames[priority] : "normal";
}

std::string words(const herald::Message& message) {
  const auto plain = message.body("text/plain");
  return mask_phones(std::string{plain.empty() ? message.body("text/markdown") : plain});
}

std::string line(const herald::Delivery& delivery, int64_t now_unix_ms, bool with_text) {
  const auto& message = delivery.message;
  boost::json::object out{
      {"time", utc(now_unix_ms)},
      {"id", message.herald_id},
      {"attempt", delivery.attempt_id},
      {"number", delivery.attempt},
      {"kind", message.kind},
      {"type", message.type},
      // An id may have as many digits as a phone number; a phone begins with `+`.
      {"user", message.user.starts_with('+') ? mask_phones(message.user) : message.user},
      {"priority", priority_name(message.priority)}};
  if (with_text) out["text"] = words(message);
  return boost::json::serialize(out) + '\n';
}

}  // namespace log_channel
