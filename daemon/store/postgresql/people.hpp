#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "store/identities.hpp"
#include "store/postgresql/columns.hpp"

namespace herald::store::postgresql {

/// 0 when nobody has it.
model::UserId resolve(Connection& db, const model::Identity& identity);

/// Makes identities belong to one user only, whoever adds them: until the transaction's end nobody
/// else makes a user or an identity.
void lock_directory(Connection& db);
/// The lowest id that was never given, below 100,000,000. The directory is locked. unavailable when
/// there is none.
base::Result<model::UserId> free_id(Connection& db);
/// For a server that took over and may lack people who were made before: none of their ids is given
/// again, because somebody may still take it for theirs. Leaves out 10,000. The directory is
/// locked.
void leave_ids_out(Connection& db);

/// The recipients that a transaction asks for: looked up all at once, those to be made written all
/// at once. Writer thread.
class People {
 public:
  /// Asks for them: there after Connection::settle().
  void load(Connection& db, const std::vector<const model::Identity*>& wanted);
  /// Resolves; makes a user with that identity when asked. not_found or invalid otherwise, nothing
  /// written.
  base::Result<model::UserId> recipient(Connection& db, const model::Identity& to, bool create,
                                        base::TimePoint now);
  /// 0 when nobody has it.
  model::UserId resolve(Connection& db, const model::Identity& identity);
  void flush(Connection& db);
  void forget();

 private:
  using Key = std::pair<std::string, std::string>;
  model::UserId known(const model::Identity& identity) const;
  base::Result<model::UserId> create(Connection& db, const model::Identity& to,
                                     base::TimePoint now);

  void follow_application(Connection& db);

  std::map<Key, model::UserId> found_;                   // 0: nobody
  std::map<model::UserId, std::string> of_application_;  // phone by id, of those found there
  std::set<model::UserId> addressed_;                    // of those: recipients
  base::TimePoint now_{};
  struct Fresh {
    model::UserId id = 0;
    int64_t created = 0;
    model::Identity identity;  // of kind `user`: none
  };
  std::vector<Fresh> fresh_;
  std::optional<model::UserId> next_id_;  // once the directory is locked
  bool locked_ = false;
};

}  // namespace herald::store::postgresql
