// notice.hpp - what one webhook request tells, whichever provider it came from.
#pragma once

#include <herald/herald.hpp>

#include "errors.hpp"
#include "people/address.hpp"

namespace whatsapp {

/// A message of a person, or a button they pressed.
struct Inbound {
  std::string id{};  // the provider's; the same again is the same message
  Address from{};
  int64_t at_unix_ms = 0;                // 0: not said
  std::string type{};                    // a label: one of a closed set
  std::string text{};                    // as typed, or the button's title
  std::string action_id{}, herald_id{};  // a button of ours; else empty
  std::string reply_to{};                // provider's id of our message, when it was a reply
};

/// News of one attempt, and what it says of the person's address.
struct News {
  herald::Receipt receipt{};
  Address whom{};
  Remember remember = Remember::nothing;
  bool window_closed = false;
};

struct Notice {
  std::vector<News> news{};
  std::vector<Inbound> inbound{};
  int ignored = 0;  // statuses that are unknown, ambiguous, without id, or of another number
  std::vector<std::string> alarms{};  // account-level errors, for people
};

/// An attempt's id as the host makes them: [A-Za-z0-9._-]{1,64}.
bool is_attempt(std::string_view id) noexcept;
/// At most 256 printable characters without space.
bool is_provider_id(std::string_view id) noexcept;

/// The button's id we gave, "accept:<notification>", or the action alone.
void read_payload(std::string_view payload, Inbound& into);
std::string payload(std::string_view action, std::string_view herald_id, std::size_t most);

/// Fills a failed receipt from the table. False: nobody knows what became of it, so it is no news.
bool fail(Table table, const Failure& failure, std::string_view said, News& news);

}  // namespace whatsapp
