// Questions as the store gives them, in a few words.
#pragma once

#include <gtest/gtest.h>

#include "answers/judge.hpp"

namespace herald::answers::testing {

using namespace std::chrono_literals;
using model::ports::Verdict;

inline const model::TimePoint kNow = base::from_unix_us(1'752'487'200'000'000);
inline const std::vector<model::Action> kYesNo{{"accept", "OUI", "OUI"}, {"refuse", "NON", "NON"}};

/// Asked by web chat and lying in the inbox, for an hour more.
inline store::Question asked(const std::string& id, model::UserId user = 7,
                             std::vector<model::Action> actions = kYesNo) {
  store::Question out;
  auto& n = out.notification;
  n.head.id = n.progress.id = id;
  n.head.user = user;
  n.progress.state = model::State::waiting;
  n.progress.expires = kNow + 1h;
  model::Attempt attempt;
  attempt.channel = "webchat";
  attempt.in_flight = false;
  attempt.inbox = true;
  attempt.evidence = model::Evidence::accepted;
  n.progress.attempts.push_back(attempt);
  out.actions = std::move(actions);
  return out;
}

inline store::Question answered(const std::string& id, const std::string& action,
                                model::Duration ago = 1min, const std::string& said = "s0") {
  auto out = asked(id);
  out.notification.progress.answer = model::Answer{action, "webchat", said, kNow - ago};
  return out;
}

inline Words typed(std::string text, model::UserId user = 7) {
  return {user, "s1", {}, std::move(text)};
}
inline Words pressed(std::string action, model::UserId user = 7) {
  return {user, "s1", std::move(action), "Accepter la demande"};
}

/// "won a accept OUI"
inline std::string picture(const Ruling& r) {
  static const char* const kNames[] = {
      "?",         "won",         "repeated",  "already_answered", "expired",
      "ambiguous", "no_question", "not_yours", "not_an_option"};
  std::string out = kNames[static_cast<unsigned>(r.verdict)];
  for (const auto& part : {r.notification, r.action, r.label})
    if (!part.empty()) out += " " + part;
  return out;
}

}  // namespace herald::answers::testing
