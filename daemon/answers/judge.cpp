#include "answers/judge.hpp"

#include <algorithm>

#include "answers/normal.hpp"

namespace herald::answers {
namespace {

using model::ports::Verdict;

/// The action that is meant; null when none is, or more than one.
const model::Action* option(const Words& words, const std::vector<model::Action>& actions) {
  const auto by_id = std::find_if(actions.begin(), actions.end(),
                                  [&](const auto& a) { return a.id == words.action; });
  if (!words.action.empty()) return by_id == actions.end() ? nullptr : &*by_id;
  const auto typed = normal_form(words.text);
  const model::Action* found = nullptr;
  for (const auto& action : actions) {
    if (typed.empty() || (typed != normal_form(action.text) && typed != normal_form(action.label)))
      continue;
    if (found != nullptr) return nullptr;
    found = &action;
  }
  return found;
}

bool closed(const model::Progress& p, model::TimePoint now) {
  return p.state == model::State::cancelled || p.cancel_requested || now >= p.expires;
}

/// It may have reached the person: else they cannot mean it.
bool was_asked(const model::Progress& p) {
  return std::any_of(p.attempts.begin(), p.attempts.end(), [](const model::Attempt& a) {
    return !a.reaches_nobody && (!a.failed || a.inbox || a.evidence >= model::Evidence::delivered);
  });
}

Ruling standing(Verdict verdict, const store::Question& question) {
  const auto& action = question.notification.progress.answer->action;
  return {verdict, question.notification.head.id, action, label_of(question, action)};
}

/// What stands already.
Ruling answered(const Words& words, const store::Question& question) {
  const bool same = question.notification.progress.answer->said == words.said;
  return standing(same ? Verdict::repeated : Verdict::already_answered, question);
}

Ruling chosen(const store::Question& question, const model::Action& action) {
  return {Verdict::won, question.notification.head.id, action.id, label_of(question, action.id)};
}

}  // namespace

std::string label_of(const store::Question& question, std::string_view action) {
  for (const auto& offered : question.actions)
    if (offered.id == action)
      return !offered.label.empty() ? offered.label
                                    : (offered.text.empty() ? offered.id : offered.text);
  return {};
}

Ruling judge_named(const Words& words, const store::Question& question, model::TimePoint now) {
  const auto& p = question.notification.progress;
  const auto& id = question.notification.head.id;
  if (question.notification.head.user != words.user) return {Verdict::not_yours, {}, {}, {}};
  if (p.answer) return answered(words, question);
  if (question.actions.empty()) return {Verdict::no_question, id, {}, {}};
  if (closed(p, now)) return {Verdict::expired, id, {}, {}};
  const auto* action = option(words, question.actions);
  if (action == nullptr) return {Verdict::not_an_option, id, {}, {}};
  return chosen(question, *action);
}

Ruling judge_free(const Words& words, const std::vector<store::Question>& questions,
                  model::TimePoint now) {
  std::vector<const store::Question*> open;
  const store::Question* late = nullptr;  // the latest answered one that the words fit
  for (const auto& question : questions) {
    const auto& p = question.notification.progress;
    if (question.notification.head.user != words.user) continue;
    if (p.answer && p.answer->said == words.said) return answered(words, question);
    if (p.answer) {
      const bool newer = late == nullptr || late->notification.progress.answer->at < p.answer->at;
      if (now - p.answer->at < kLate && newer && option(words, question.actions) != nullptr)
        late = &question;
    } else if (!closed(p, now) && was_asked(p)) {
      open.push_back(&question);
    }
  }
  if (open.empty())
    return late != nullptr ? answered(words, *late) : Ruling{Verdict::no_question, {}, {}, {}};
  const bool fits = std::any_of(open.begin(), open.end(), [&](const auto* question) {
    return option(words, question->actions) != nullptr;
  });
  if (!fits)
    return {Verdict::not_an_option, open.size() == 1 ? open[0]->notification.head.id : "", {}, {}};
  if (open.size() > 1) return {Verdict::ambiguous, {}, {}, {}};
  return chosen(*open[0], *option(words, open[0]->actions));
}

}  // namespace herald::answers
