// notice.hpp - one webhook body, read.
#pragma once

#include <herald/herald.hpp>

#include <map>
#include <optional>

namespace whatsapp {

struct Notice {
  std::vector<herald::Receipt> receipts{};
  std::map<std::string, int> inbound{};  // messages from people by type: a bounded set of words
  int ignored = 0;                    // statuses that are unknown, without id, or of another number
  std::vector<std::string> alarms{};  // account-level errors, for people
};

/// Nothing when the body is no JSON object. Tolerates whatever is unknown or missing in it.
std::optional<Notice> read_notice(std::string_view body, std::string_view phone_number_id);

}  // namespace whatsapp
