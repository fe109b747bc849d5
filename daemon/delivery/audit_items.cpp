#include <algorithm>

#include "delivery/audit_parts.hpp"

namespace herald::delivery {

void audit_items(const store::Dossier& dossier, const model::Progress& replayed,
                 Findings& findings) {
  const bool wanted = std::any_of(replayed.attempts.begin(), replayed.attempts.end(),
                                  [](const model::Attempt& a) { return a.inbox; });
  if (wanted && dossier.items.empty())
    findings.add("inbox_items", "none", "inbox_items.missing",
                 "an item: an attempt was recorded with one", "none");
  for (const auto& item : dossier.items) {
    const auto row = std::to_string(item.id);
    if (!wanted)
      findings.add("inbox_items", row, "inbox_items.extra",
                   "no item: no attempt was recorded with one", "an item");
    if (item.user != dossier.user)
      findings.add("inbox_items", row, "inbox_items.user", std::to_string(dossier.user),
                   std::to_string(item.user));
    if (!item.conversation && !dossier.provider)
      findings.add("inbox_items", row, "inbox_items.conversation", "a row of conversations",
                   "none");
    if (item.conversation && item.conversation_user != item.user)
      findings.add("conversations", std::to_string(*item.conversation), "conversations.user",
                   std::to_string(item.user),
                   item.conversation_user ? std::to_string(*item.conversation_user) : "no row");
  }
}

}  // namespace herald::delivery
