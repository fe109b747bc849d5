#include "delivery/audit.hpp"

#include "delivery/audit_parts.hpp"

namespace herald::delivery {
namespace {

/// Rows of other tables whose notification is not there.
void audit_orphans(const store::Dossier& dossier, Findings& findings) {
  const auto orphans = [&](const char* table, std::size_t rows) {
    if (rows > 0)
      findings.add(table, std::to_string(dossier.rowid), "notification.missing",
                   "a row of notifications", std::to_string(rows) + " rows without one");
  };
  orphans("timeline", dossier.timeline.size());
  orphans("attempts", dossier.attempts.size());
  orphans("inbox_items", dossier.items.size());
  orphans("earlier_chains", dossier.earlier_chains.size());
  orphans("renderings", dossier.renderings);
  orphans("questions", dossier.questions.size());
  orphans("answers", dossier.answers.size());
}

}  // namespace

std::optional<model::Progress> audit(const store::Dossier& dossier,
                                     std::vector<store::BrokenRow>& broken) {
  Findings findings{dossier, broken};
  if (!dossier.stored) {
    audit_orphans(dossier, findings);
    return std::nullopt;
  }
  auto replayed = audit_timeline(dossier, findings);
  if (!replayed) return std::nullopt;
  audit_columns(dossier, replayed->progress, findings);
  audit_attempts(dossier, *replayed, findings);
  audit_items(dossier, replayed->progress, findings);
  audit_answers(dossier, replayed->progress, findings);
  return std::move(replayed->progress);
}

}  // namespace herald::delivery
