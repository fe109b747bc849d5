// journal: tells the outside what was recorded, in the order of the commits: streams that begin at
// a cursor, and webhooks of producers. Reads only what is committed, on the store's threads;
// couriers run on one executor of their own. Never holds up the delivery thread, never sends
// message text.
#pragma once

#include <deque>
#include <memory>
#include <mutex>

#include "store/journal.hpp"

namespace herald::journal {

/// The journal from a cursor on, without gap or repeat, at the pace of whoever reads: at most a
/// page is held in memory, and a reader that does not ask costs nothing. Any thread.
class Stream : public std::enable_shared_from_this<Stream> {
 public:
  struct Start {
    std::optional<uint64_t> after;                           ///< nothing: from now on
    std::function<bool(const store::JournalEntry&)> wanted;  ///< as JournalQuery::wanted
    bool content = false;
    unsigned page = 256;
  };
  struct Told {
    enum class What {
      begins,  ///< the first one: what comes lies after `position`
      entry,
      gap,      ///< what came before `position` or at it was removed
      refused,  ///< the last one: the cursor lies beyond the end of this journal
    } what = What::entry;
    uint64_t position = 0;  ///< the cursor to go on from after this
    store::JournalEntry entry;
  };

  /// `ready` is called, on any thread, when next() has something again after it had nothing. The
  /// store must outlive every call that may still come: close it first.
  Stream(store::JournalStore& store, Start start, std::function<void()> ready);

  /// Nothing: wait for `ready`.
  std::optional<Told> next();
  /// Everything up to here was given by next(), or not wanted.
  uint64_t position() const;
  /// Something was committed, or time passed after a failure to read.
  void grown();

 private:
  void ask();
  void take(base::Result<store::JournalPage> page);

  store::JournalStore& store_;
  const Start start_;
  const std::function<void()> ready_;

  mutable std::mutex mutex_;
  std::deque<Told> told_;
  uint64_t read_ = 0;
  bool begun_ = false, over_ = false;
  bool asking_ = false;
  bool more_ = true;    ///< there may be something after read_
  bool hungry_ = true;  ///< next() found nothing
};

}  // namespace herald::journal
