// What an audit reads: every row kept about one notification, as it is stored and not as it should
// be. Read-only connections of their own, one thread each; nothing here writes, decides, or holds a
// read transaction for longer than a page.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "model/chain.hpp"
#include "model/types.hpp"

namespace herald::store {

/// A row that breaks a rule. Names and numbers only: no message text, no address.
struct BrokenRow {
  std::string table;
  std::string row;   ///< its key: "12", or "12/3" where two columns are the key
  std::string id;    ///< of the notification, when the row belongs to one
  std::string rule;  ///< stable: docs/how-to/audit.md has the list
  std::string expected, found;
};

/// All rows of one notification. Enums, times and flags are the numbers of their columns, checked
/// by nobody yet.
struct Dossier {
  struct Entry {
    int64_t seq = 0, at = 0, state = 0, reason = 0;
    std::string event;
  };
  struct AttemptRow {
    int64_t run = 0, step = 0, number = 0, round = 0, started = 0;
    std::optional<int64_t> ended, outcome, reason, evidence_at;
    int64_t evidence = 0, failed = 0;
    std::string channel, detail, provider_id;
  };
  struct ItemRow {
    int64_t id = 0, user = 0;
    std::optional<int64_t> conversation, conversation_user;  ///< the latter: of the row it names
    std::string answered;
  };
  struct QuestionRow {
    int64_t user = 0;
    std::vector<model::Action> actions;  ///< what of it can be understood
    std::optional<int64_t> answered;
  };
  struct AnswerRow {
    int64_t user = 0;
    std::string id, action, channel;
  };
  struct RunChain {
    int64_t run = 0;
    model::ChainPtr chain;
  };

  int64_t rowid = 0;
  bool stored = false;  ///< false: other tables have rows of a notification that is not there
  std::string id, kind;
  int64_t user = 0;
  bool provider = false;  ///< the user has no conversation rows
  int64_t created = 0, not_before = 0, expires = 0;
  int64_t state = 0, in_flight = 0, last_seq = 0;
  std::optional<int64_t> due_at;
  std::optional<std::string> progress, paused_at;
  model::ChainPtr chain;                 ///< of the present run; null when it cannot be read
  std::vector<RunChain> earlier_chains;  ///< of runs whose chain a redrive replaced
  std::vector<Entry> timeline;           ///< by seq
  std::vector<AttemptRow> attempts;      ///< by run, step, number
  std::vector<ItemRow> items;            ///< at most one, unless somebody changed the schema
  std::vector<QuestionRow> questions;    ///< at most one, like answers
  std::vector<AnswerRow> answers;
  std::size_t renderings = 0;
};

/// One connection for one thread.
class AuditReader {
 public:
  virtual ~AuditReader() = default;
  /// Rows in use, both ends included; an empty store has last < first.
  struct Span {
    int64_t first = 1, last = 0;
  };
  virtual base::Result<Span> span() = 0;
  /// Every notification with from <= row < to, in order, all from one moment. With `since` only
  /// those accepted then or later (rows without a notification are not looked for).
  virtual base::Result<void> read(int64_t from, int64_t to, std::optional<model::TimePoint> since,
                                  const std::function<void(const Dossier&)>& each) = 0;
  /// What belongs to no single notification: the counters, keys that lead nowhere, parked receipts,
  /// the tallies of inboxes. Each rule looks at one moment. `latest`: of the recorded events; what
  /// should have been deleted by then is found. At most `limit` of each are named.
  virtual base::Result<std::vector<BrokenRow>> tables(model::TimePoint latest, model::TimePoint now,
                                                      std::size_t limit) = 0;
};

/// Who else may have the database open.
enum class Beside {
  our_own_store,  ///< this process serves it
  nobody          ///< refused with unavailable while a daemon uses it
};
/// Opens for reading only; never creates, migrates or repairs. Errors: invalid (no such file, not
/// ours, another schema), unavailable.
base::Result<std::unique_ptr<AuditReader>> open_audit(const std::string& url, Beside beside);

}  // namespace herald::store
