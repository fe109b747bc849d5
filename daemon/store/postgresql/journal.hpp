#pragma once

#include "store/postgresql/reader.hpp"
#include "store/postgresql/write_state.hpp"

namespace herald::store::postgresql {

// The journal and who reads it. Contracts: JournalStore. All throw SqlError.

/// What apply() recorded, for the journal.
struct Recorded {
  int64_t notification = 0;  ///< row
  int64_t first_seq = 0, last_seq = 0;
  const model::Progress& before;
  const model::Progress& after;
};
/// Takes what add_journal() adds, in the order of the journal.
const Sql& journal_insert();
void add_journal(Columns& rows, const Recorded& recorded);
/// Deletes a little of what is more than `keep` entries and was told to every webhook; whether
/// there may be more of it.
bool prune_journal(Connection& db, uint64_t keep);
base::Result<JournalPage> journal(Connection& db, const JournalQuery& query);

base::Result<Webhook> open_webhook(WriteState& state, const std::string& name,
                                   const std::string& url);
base::Result<uint64_t> remove_webhook(WriteState& state, const std::string& name);
base::Result<std::vector<Webhook>> webhooks(ReadState& state);
base::Result<Nothing> settle(WriteState& state, const Settlement& settlement);
base::Result<JournalStore::Due> webhook_due(ReadState& state, const std::string& name,
                                            model::TimePoint now, unsigned limit);
base::Result<std::vector<WebhookMessage>> webhook_messages(ReadState& state,
                                                           const std::string& name, bool dead,
                                                           uint64_t after, unsigned limit);
base::Result<uint64_t> redeliver(WriteState& state, const std::string& name,
                                 const std::string& message, model::TimePoint now);

}  // namespace herald::store::postgresql
