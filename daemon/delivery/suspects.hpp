#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>

#include "base/executor.hpp"
#include "store/store.hpp"

namespace herald::delivery {

/// Who may have killed the daemon: a notification whose text or delivery ends the process each time
/// must not do so for ever (docs/explanation/state-machine.md, "What kills the daemon"). After a
/// life that did not end in order, notifications older than the present one are watched: each
/// hand-over is on stable storage before it happens, and is taken back when it is over. What stands
/// there at the next start was being handed over when the daemon died. Belongs to the delivery
/// thread; keeps its notes as key-value rows of an instance that no plugin can have.
class Suspects {
 public:
  struct Needs {
    base::Executor& executor;
    store::KvStore& store;
    const base::Clock& clock;
    std::function<void(const std::string& id)> wake;  ///< it may try again
    std::string node;  ///< each of several nodes has a life of its own; empty: there is one
  };
  explicit Suspects(Needs needs) : need_{std::move(needs)} {}

  /// Begins a life; `then` once it is known how the last one ended.
  void begin(std::function<void()> then);
  /// Ends it in order: what is cut off from here on is nobody's guilt.
  void end(std::function<void()> then);

  /// Another node died, and its work is here now: what killed it may be in it.
  void beware() {
    born_ = need_.clock.now();
    watching_ = true;
  }

  /// The last life did not end in order.
  bool watching() const { return watching_; }
  bool watches(const model::Notification& notification) const {
    return watching_ && notification.head.created < born_ &&
           !handed_.contains(notification.head.id);
  }
  enum class Verdict {
    hand_over,
    wait,       ///< others go first: it is woken when its turn comes
    set_aside,  ///< it was being handed over at too many deaths
  };
  /// Notes that `id` is about to be handed over. The answer comes on the delivery thread, when it
  /// is on stable storage; without a store to ask: hand_over.
  void hand_over(const std::string& id, std::function<void(Verdict)> then);
  /// It is over, and the daemon lives: `id` is innocent. Others are left alone.
  void handed_back(const std::string& id) { acquit(id); }

 private:
  void judge(const std::string& id, const store::KvEntry& note, std::function<void(Verdict)> then);
  bool rests(const std::string& id, unsigned deaths);
  void acquit(const std::string& id);

  std::string mark() const;

  Needs need_;
  model::TimePoint born_{};
  bool watching_ = false;
  std::map<std::string, uint64_t, std::less<>> handed_;  ///< and the timer of its acquittal
  std::string alone_;                                    ///< the suspect that is being handed over
  std::set<std::string> waiting_;                        ///< suspects
  std::map<std::string, bool> resting_;                  ///< suspects; false: its rest is over
};

}  // namespace herald::delivery
