#pragma once

#include "base/clock.hpp"
#include "store/postgresql/connection.hpp"

namespace herald::store::postgresql {

/// Plans are made once for a connection, when tables may be empty, and a plan for an empty table is
/// a bad one for a full table until the server analyses it. So they are made anew a few times:
/// after a second, two, four, and so on. One thread.
class Replanning {
 public:
  /// Whether look() would make them anew.
  bool due(base::MonoPoint now) const { return due_ == base::MonoPoint{} || now >= due_; }
  /// Between transactions. Throws SqlError.
  void look(Connection& db, base::MonoPoint now) {
    if (due_ == base::MonoPoint{}) due_ = now + pause_;
    if (now < due_) return;
    db.exec("DISCARD PLANS");
    pause_ = std::min<base::Duration>(2 * pause_, std::chrono::minutes{2});
    due_ = now + pause_;
  }

 private:
  base::Duration pause_{std::chrono::seconds{1}};
  base::MonoPoint due_{};
};

}  // namespace herald::store::postgresql
