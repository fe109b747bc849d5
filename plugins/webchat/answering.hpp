// answering.hpp - what a person answers in the chat, by a button or by typing it. Which question is
// meant and what stands is the host's to say.
#pragma once

#include <boost/json/object.hpp>

#include "item_name.hpp"

namespace webchat {

/// A button has a question and an action; words may name their question.
struct Choice {
  ItemName item{};
  bool named = false;  // `item` says which question
  std::string action{}, text{};
};

/// From the members notification_id, action and text.
Checked<Choice> read_choice(const boost::json::object& body);

/// What became of it.
struct Resolved {
  uint32_t http_status = 500;
  herald_status failed = HERALD_OK;  // other than OK: the host could not resolve it
  std::string message{};             // for people
  boost::json::object facts{};       // verdict, herald_id, action, label: as far as there are
};

/// done(resolved) after the commit.
void resolve(const herald::Host& host, const herald::Exchange& as, const Choice& choice,
             herald::Callback<const Resolved&> done);

}  // namespace webchat
