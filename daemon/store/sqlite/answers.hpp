#pragma once

#include <vector>

#include "store/sqlite/notification_row.hpp"
#include "store/sqlite/reader.hpp"

namespace herald::store::sqlite {

// The answers room's tables. Contracts: AnswerStore. All throw SqlError.

/// For apply(): what the person is asked, unless they were asked before.
void ask(Connection& db, const StoredNotification& notification,
         const std::vector<model::Action>& actions);
/// For apply(): the row that applications read.
void write_answer(Connection& db, const StoredNotification& notification,
                  const model::Answer& answer);

base::Result<std::vector<Question>> questions(ReadState& state, model::UserId user,
                                              model::TimePoint since);
base::Result<Question> question(ReadState& state, const std::string& id);

}  // namespace herald::store::sqlite
