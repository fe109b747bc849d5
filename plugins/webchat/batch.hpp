// batch.hpp - what came after a cursor, as every cursor transport carries it.
#pragma once

#include <herald/herald.hpp>

#include <boost/json/fwd.hpp>
#include <functional>

#include "cursor.hpp"

namespace webchat {

/// The answer of the host to a question since(cursor), cut so that its JSON stays small: only one
/// item that is larger by itself may go beyond kBatchBytes.
class Batch {
 public:
  static constexpr std::size_t kBatchBytes = 128 * 1024;

  Batch(const herald::Items& answer, bool resumed);

  /// Something arrived or changed, or the client has to begin anew.
  bool has_news() const { return has_items() || !changes_.empty() || gap_; }
  bool has_items() const { return !ids_.empty(); }
  /// The cursor's history is not known: `notifications` is the active list, to begin anew from.
  bool gap() const { return gap_; }
  /// There is more behind the cursor of this batch.
  bool more() const { return more_; }
  uint64_t epoch() const { return epoch_; }
  /// Everything up to this number is in the batch or was known before.
  uint64_t seq() const { return seq_; }
  const std::vector<uint64_t>& ids() const { return ids_; }
  /// Number of the first item that is new to the client; seq() when there is none.
  uint64_t first() const { return first_; }

  /// An object of status, notifications, changes, count, has_new, unread_count, older_unread,
  /// server_time, gap, more, cursor.
  std::string json(const Cursor& cursor) const { return body_ + to_text(cursor) + "\"}"; }

 private:
  std::vector<uint64_t> ids_;  // of items that are new to the client
  std::string changes_, body_;
  bool gap_, more_;
  uint64_t epoch_, seq_, first_ = 0;
};

/// The cursor of an answer that is evidence itself, once it was written.
inline Cursor after(const Batch& batch) {
  return {batch.epoch(), batch.seq(), batch.seq(), batch.seq()};
}

}  // namespace webchat
