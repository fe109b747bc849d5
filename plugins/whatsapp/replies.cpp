#include "replies.hpp"

namespace whatsapp {
namespace {

/// The text with the answer that stands in place of {answer}.
std::string with_answer(std::string text, const herald::Answered& answered) {
  constexpr std::string_view kPlace = "{answer}";
  const auto at = text.find(kPlace);
  if (at == text.npos) return text;
  return text.replace(at, kPlace.size(),
                      answered.label.empty() ? answered.action_id : answered.label);
}

}  // namespace

std::string reply_to(const herald::Answered& answered, const Replies& replies) {
  if (!answered.ok()) return {};
  switch (answered.verdict) {
    case HERALD_ANSWER_AMBIGUOUS:
      return replies.which;
    case HERALD_ANSWER_ALREADY_ANSWERED:
      return with_answer(replies.already, answered);
    case HERALD_ANSWER_EXPIRED:
      return replies.expired;
    default:
      return {};
  }
}

const char* word(herald_verdict verdict) {
  switch (verdict) {
    case HERALD_ANSWER_WON:
      return "won";
    case HERALD_ANSWER_REPEATED:
      return "repeated";
    case HERALD_ANSWER_ALREADY_ANSWERED:
      return "already_answered";
    case HERALD_ANSWER_EXPIRED:
      return "expired";
    case HERALD_ANSWER_AMBIGUOUS:
      return "ambiguous";
    case HERALD_ANSWER_NOT_YOURS:
      return "not_yours";
    case HERALD_ANSWER_NOT_AN_OPTION:
      return "not_an_option";
    case HERALD_ANSWER_NO_QUESTION:
      break;
  }
  return "no_question";
}

}  // namespace whatsapp
