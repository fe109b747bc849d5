#include <algorithm>

#include "delivery/audit_parts.hpp"

namespace herald::delivery {
namespace {

std::string shown(const std::string& text) { return text.empty() ? "none" : text; }

/// Beside what the events say: is it an answer to what was asked, and is the question closed?
void audit_question(const store::Dossier& dossier, const model::Progress& replayed,
                    Findings& findings) {
  const auto row = std::to_string(dossier.rowid);
  for (const auto& question : dossier.questions) {
    const auto& actions = question.actions;
    if (actions.empty())
      findings.add("questions", row, "questions.actions", "at least one action", "none");
    if (question.user != dossier.user)
      findings.add("questions", row, "questions.user", std::to_string(dossier.user),
                   std::to_string(question.user));
    if (question.answered.has_value() != replayed.answer.has_value())
      findings.add("questions", row, "questions.answered",
                   replayed.answer ? "closed: it was answered" : "open: nobody answered",
                   question.answered ? "closed" : "open");
    const auto offered = [&](const model::Action& a) { return a.id == replayed.answer->action; };
    if (replayed.answer && std::none_of(actions.begin(), actions.end(), offered))
      findings.add("questions", row, "answers.option", "one of the question's actions",
                   replayed.answer->action);
  }
  if (replayed.answer && dossier.questions.empty())
    findings.add("questions", "none", "questions.missing", "a question: it was answered", "none");
}

}  // namespace

void audit_answers(const store::Dossier& dossier, const model::Progress& replayed,
                   Findings& findings) {
  audit_question(dossier, replayed, findings);
  const auto row = std::to_string(dossier.rowid);
  if (replayed.answer && dossier.answers.empty())
    findings.add("answers", "none", "answers.missing", "a row: an answer was recorded", "none");
  if (!replayed.answer && !dossier.answers.empty())
    findings.add("answers", row, "answers.extra", "no row: no event brought an answer", "a row");
  if (dossier.answers.size() > 1)
    findings.add("answers", row, "answers.several", "at most one",
                 std::to_string(dossier.answers.size()));
  const auto action = replayed.answer ? replayed.answer->action : std::string{};
  const auto channel = replayed.answer ? replayed.answer->channel : std::string{};
  for (const auto& answer : dossier.answers) {
    if (!replayed.answer) continue;
    if (answer.action != action)
      findings.add("answers", row, "answers.action", action, shown(answer.action));
    if (answer.channel != channel)
      findings.add("answers", row, "answers.channel", channel, shown(answer.channel));
    if (answer.user != dossier.user)
      findings.add("answers", row, "answers.user", std::to_string(dossier.user),
                   std::to_string(answer.user));
    if (answer.id != dossier.id) findings.add("answers", row, "answers.id", dossier.id, answer.id);
  }
  for (const auto& item : dossier.items)
    if (item.answered != action)
      findings.add("inbox_items", std::to_string(item.id), "inbox_items.answered", shown(action),
                   shown(item.answered));
}

}  // namespace herald::delivery
