#include "store/sqlite/answers.hpp"

#include "store/items.hpp"

namespace herald::store::sqlite {
namespace {

const Sql kAsk{
    "INSERT INTO questions(notification, user_id, actions) VALUES (?, ?, ?) ON CONFLICT "
    "(notification) DO NOTHING"};
const Sql kActions{"SELECT actions FROM questions WHERE notification = ?"};
const Sql kClose{"UPDATE questions SET answered = ? WHERE notification = ?"};
const Sql kAnswer{
    "INSERT INTO answers(notification, id, user_id, kind, action, label, channel, at) VALUES (?, "
    "?, ?, ?, ?, ?, ?, ?)"};
const Sql kOpen{
    "SELECT notification, actions FROM questions WHERE user_id = ? AND answered IS NULL ORDER BY "
    "notification DESC LIMIT ?"};
const Sql kAnswered{
    "SELECT notification, actions FROM questions WHERE user_id = ? AND answered IS NOT NULL AND "
    "answered >= ? ORDER BY answered DESC LIMIT ?"};

std::vector<model::Action> actions_of(Connection& db, int64_t notification) {
  auto row = db.use(kActions, notification);
  return row.step() ? read_actions(row.text(0)) : std::vector<model::Action>{};
}

}  // namespace

void ask(Connection& db, const StoredNotification& notification,
         const std::vector<model::Action>& actions) {
  db.run(kAsk, notification.rowid, notification.notification.head.user, actions_text(actions));
}

void write_answer(Connection& db, const StoredNotification& notification,
                  const model::Answer& answer) {
  const auto& head = notification.notification.head;
  const auto label = label_of(actions_of(db, notification.rowid), answer.action);
  db.run(kClose, base::unix_us(answer.at), notification.rowid);
  db.run(kAnswer, notification.rowid, head.id, head.user, head.kind, answer.action, label,
         answer.channel, conversation_time(answer.at));
}

base::Result<std::vector<Question>> questions(ReadState& state, model::UserId user,
                                              model::TimePoint since) {
  struct Row {
    int64_t notification;
    std::string actions;
  };
  std::vector<Row> rows;
  const auto take = [&](Query query) {
    while (query.step()) rows.push_back({query.integer(0), query.string(1)});
  };
  take(state.db.use(kOpen, user, AnswerStore::kMostQuestions));
  take(state.db.use(kAnswered, user, base::unix_us(since), AnswerStore::kMostQuestions));
  std::vector<Question> out;
  for (const auto& row : rows) {
    auto stored = load(state.db, state.chains, row.notification);
    if (!stored) return stored.error();
    out.push_back({std::move(stored->notification), read_actions(row.actions)});
  }
  return out;
}

base::Result<Question> question(ReadState& state, const std::string& id) {
  auto stored = load(state.db, state.chains, std::string_view{id});
  if (!stored) return stored.error();
  return Question{std::move(stored->notification), actions_of(state.db, stored->rowid)};
}

}  // namespace herald::store::sqlite
