#pragma once

#include <vector>

#include "store/postgresql/reader.hpp"
#include "store/postgresql/write_state.hpp"

namespace herald::store::postgresql {

// The answers room's tables. Contracts: AnswerStore. All throw SqlError.

/// Adds to WriteState::questions: what the person is asked, unless they were asked before.
void ask(WriteState& state, const Held& notification, const std::vector<model::Action>& actions);
/// The statements of WriteState::questions and ::answers.
const Sql& question_insert();
const Sql& answer_insert();
/// Adds to WriteState::answers the row that applications read.
void write_answer(WriteState& state, const Held& notification, const model::Answer& answer);

base::Result<std::vector<Question>> questions(ReadState& state, model::UserId user,
                                              model::TimePoint since);
base::Result<Question> question(ReadState& state, const std::string& id);

}  // namespace herald::store::postgresql
