#pragma once

#include "delivery/audit_findings.hpp"
#include "model/event.hpp"
#include "model/progress.hpp"

namespace herald::delivery {

// The parts of audit(); private to it. A part looks at one kind of row.

/// What replaying gave: the events as they were read, and the progress they lead to.
struct Replayed {
  std::vector<model::Event> events;  ///< one for each entry of the timeline
  model::Progress progress;
};

/// timeline.*: readable, without a gap, each entry with the state and reason that decide() gives;
/// every change of state has a reason, and an ending is only corrected upwards. Nothing when an
/// event cannot be read or played.
std::optional<Replayed> audit_timeline(const store::Dossier& dossier, Findings& findings);

/// notifications.*: the stored progress and the columns beside it.
void audit_columns(const store::Dossier& dossier, const model::Progress& replayed,
                   Findings& findings);

/// attempts.*: every attempt has its row and every row its attempt, equal in all columns.
void audit_attempts(const store::Dossier& dossier, const Replayed& replayed, Findings& findings);

/// inbox_items.*, conversations.*: an item exactly when an attempt says so, and the history row of
/// everybody who has a history.
void audit_items(const store::Dossier& dossier, const model::Progress& replayed,
                 Findings& findings);

/// questions.*, answers.*: at most one answer, exactly when the events brought one, and one of the
/// question's actions.
void audit_answers(const store::Dossier& dossier, const model::Progress& replayed,
                   Findings& findings);

}  // namespace herald::delivery
