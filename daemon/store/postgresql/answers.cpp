#include "store/postgresql/answers.hpp"

#include "store/items.hpp"

namespace herald::store::postgresql {
namespace {

const Sql kAsk{
    "INSERT INTO questions(notification, user_id, actions) SELECT * FROM unnest($1::bigint[], "
    "$2::bigint[], $3::text[]) ON CONFLICT (notification) DO NOTHING"};
const Sql kActions{"SELECT actions FROM questions WHERE notification = $1"};
const Sql kClose{"UPDATE questions SET answered = $1 WHERE notification = $2 RETURNING actions"};
const Sql kAnswers{
    "INSERT INTO answers(notification, id, user_id, kind, action, label, channel, at) SELECT * "
    "FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::text[], $5::text[], $6::text[], "
    "$7::text[], $8::timestamptz[])"};
const Sql kQuestions{
    kNotificationColumns +
    ", q.actions FROM ((SELECT notification, actions FROM questions WHERE user_id = $1 AND "
    "answered IS NULL ORDER BY notification DESC LIMIT $3) UNION ALL (SELECT notification, actions "
    "FROM questions WHERE user_id = $1 AND answered IS NOT NULL AND answered >= $2 ORDER BY "
    "answered DESC LIMIT $3)) q JOIN notifications n ON n.rowid = q.notification"};

/// Behind those of kNotificationColumns.
constexpr int kActionsColumn = 17;

}  // namespace

const Sql& question_insert() { return kAsk; }
const Sql& answer_insert() { return kAnswers; }

void ask(WriteState& state, const Held& notification, const std::vector<model::Action>& actions) {
  state.questions.add(notification.rowid, notification.notification.head.user,
                      actions_text(actions));
}

void write_answer(WriteState& state, const Held& notification, const model::Answer& answer) {
  const auto& head = notification.notification.head;
  // A question that this transaction has not sent yet would be missed.
  state.questions.flush(state.db);
  const auto closed = state.db.use(kClose, base::unix_us(answer.at), notification.rowid);
  const auto label =
      closed.size() == 0 ? std::string{} : label_of(read_actions(closed[0].text(0)), answer.action);
  state.answers.add(notification.rowid, head.id, head.user, head.kind, answer.action, label,
                    answer.channel, base::to_iso8601(answer.at));
}

base::Result<std::vector<Question>> questions(ReadState& state, model::UserId user,
                                              model::TimePoint since) {
  const auto rows =
      state.db.use(kQuestions, user, base::unix_us(since), AnswerStore::kMostQuestions);
  std::vector<Question> out;
  for (const auto row : rows) {
    auto stored = read(state.db, state.chains, row);
    if (!stored) return stored.error();
    out.push_back({std::move(stored->notification), read_actions(row.text(kActionsColumn))});
  }
  return out;
}

base::Result<Question> question(ReadState& state, const std::string& id) {
  auto stored = load(state.db, state.chains, id);
  if (!stored) return stored.error();
  Question out{std::move(stored->notification), {}};
  if (const auto rows = state.db.use(kActions, stored->rowid); rows.size() > 0)
    out.actions = read_actions(rows[0].text(0));
  return out;
}

}  // namespace herald::store::postgresql
