// person.hpp - what the channel keeps in mind of one person, as one row of its key-value store.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace whatsapp {

struct Person {
  enum class Consent { unknown, given, withdrawn };

  int64_t wrote_unix_ms = 0;   // their last message; 0: never heard of
  int64_t closed_unix_ms = 0;  // when the provider said that the window is closed
  Consent consent = Consent::unknown;
  bool quarantined = false;  // was marked unreachable, and not heard of since
  std::string user_id{};     // business-scoped

  /// May a free text be sent now? 24 hours after their last message, less a margin for messages
  /// under way.
  bool window_open(int64_t now_unix_ms) const noexcept;

  std::string to_json() const;
  /// What is unreadable or missing counts as unknown.
  static Person from_json(std::string_view json);
  bool operator==(const Person&) const = default;
};

/// Both rows of somebody known by number and by user id, as one.
Person merged(const Person& a, const Person& b);

}  // namespace whatsapp
