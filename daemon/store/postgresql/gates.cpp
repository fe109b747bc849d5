#include "store/postgresql/delivery.hpp"

namespace herald::store::postgresql {
namespace {

const Sql kPutPause{
    "INSERT INTO pauses(channel, reason, by, since) VALUES ($1, $2, $3, $4) ON CONFLICT(channel) "
    "DO UPDATE SET reason = excluded.reason, by = excluded.by, since = excluded.since"};
const Sql kRemovePause{"DELETE FROM pauses WHERE channel = $1"};
const Sql kPauses{"SELECT channel, reason, by, since FROM pauses ORDER BY channel"};
const Sql kPausedAt{kNotificationColumns +
                    "FROM notifications n WHERE n.paused_at = $1 AND n.id > $2 AND " +
                    of_shares("n.user_id", "$4") + " ORDER BY n.id LIMIT $3"};
const Sql kWaiting{"SELECT rowid FROM notifications WHERE due_at IS NOT NULL AND " +
                   of_shares("user_id", "$1") + " ORDER BY priority DESC, due_at"};
const Sql kRows{kNotificationColumns +
                "FROM unnest($1::bigint[]) WITH ORDINALITY AS w(rowid, nr) JOIN notifications n ON "
                "n.rowid = w.rowid ORDER BY w.nr"};
const Sql kPutNote{
    "INSERT INTO notes(name, body) VALUES ($1, $2) ON CONFLICT(name) DO UPDATE SET body = "
    "excluded.body"};
const Sql kNote{"SELECT body FROM notes WHERE name = $1"};

}  // namespace

base::Result<Nothing> put_pause(WriteState& state, const Pause& pause) {
  state.db.run(kPutPause, pause.channel, pause.reason, pause.by, base::unix_us(pause.since));
  return Nothing{};
}

base::Result<Nothing> remove_pause(WriteState& state, const std::string& channel) {
  if (state.db.run(kRemovePause, channel) == 0)
    return base::fail(base::Code::not_found, "the channel " + channel + " is not paused",
                      "channel");
  return Nothing{};
}

base::Result<std::vector<Pause>> pauses(ReadState& state) {
  std::vector<Pause> out;
  for (const auto row : state.db.use(kPauses))
    out.push_back(
        {row.string(0), row.string(1), row.string(2), base::from_unix_us(row.integer(3))});
  return out;
}

base::Result<std::vector<model::Notification>> paused_at(ReadState& state,
                                                         const std::string& channel,
                                                         const std::string& after_id,
                                                         unsigned limit) {
  return read_all(state.db, state.chains,
                  state.db.use(kPausedAt, channel, after_id, limit, bits(state.working())));
}

base::Result<std::vector<int64_t>> waiting(ReadState& state) {
  std::vector<int64_t> out;
  const auto rows = state.db.use(kWaiting, bits(state.working()));
  out.reserve(rows.size());
  for (const auto row : rows) out.push_back(row.integer(0));
  return out;
}

base::Result<std::vector<model::Notification>> rows(ReadState& state,
                                                    const std::vector<int64_t>& handles) {
  Array wanted;
  for (const auto handle : handles) wanted.add(handle);
  return read_all(state.db, state.chains, state.db.use(kRows, wanted));
}

base::Result<Nothing> put_note(WriteState& state, const std::string& name,
                               const std::string& text) {
  state.db.run(kPutNote, name, text);
  return Nothing{};
}

base::Result<std::string> note(ReadState& state, const std::string& name) {
  const auto rows = state.db.use(kNote, name);
  return rows.empty() ? std::string{} : rows[0].string(0);
}

}  // namespace herald::store::postgresql
