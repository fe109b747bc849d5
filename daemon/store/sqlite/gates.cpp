#include "store/sqlite/gates.hpp"

#include "store/sqlite/notification_row.hpp"

namespace herald::store::sqlite {
namespace {

const Sql kPutPause{
    "INSERT INTO pauses(channel, reason, by, since) VALUES (?1, ?2, ?3, ?4)"
    " ON CONFLICT(channel) DO UPDATE SET reason = ?2, by = ?3, since = ?4"};
const Sql kRemovePause{"DELETE FROM pauses WHERE channel = ?"};
const Sql kPauses{"SELECT channel, reason, by, since FROM pauses ORDER BY channel"};
const Sql kPausedAt{
    "SELECT rowid FROM notifications WHERE paused_at = ? AND id > ? ORDER BY id LIMIT ?"};
const Sql kWaiting{
    "SELECT rowid FROM notifications WHERE due_at IS NOT NULL AND priority = ? ORDER BY due_at"};
const Sql kExists{"SELECT 1 FROM notifications WHERE rowid = ?"};
const Sql kPutNote{
    "INSERT INTO notes(name, body) VALUES (?1, ?2) ON CONFLICT(name) DO UPDATE SET body = ?2"};
const Sql kNote{"SELECT body FROM notes WHERE name = ?"};

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
  auto row = state.db.use(kPauses);
  while (row.step())
    out.push_back(
        {row.string(0), row.string(1), row.string(2), base::from_unix_us(row.integer(3))});
  return out;
}

base::Result<std::vector<model::Notification>> paused_at(ReadState& state,
                                                         const std::string& channel,
                                                         const std::string& after_id,
                                                         unsigned limit) {
  std::vector<int64_t> found;
  auto row = state.db.use(kPausedAt, channel, after_id, limit);
  while (row.step()) found.push_back(row.integer(0));
  return load_all(state.db, state.chains, found);
}

base::Result<std::vector<int64_t>> waiting(ReadState& state) {
  std::vector<int64_t> out;
  for (int priority = static_cast<int>(model::Priority::urgent); priority >= 0; --priority) {
    auto row = state.db.use(kWaiting, priority);
    while (row.step()) out.push_back(row.integer(0));
  }
  return out;
}

base::Result<std::vector<model::Notification>> rows(ReadState& state,
                                                    const std::vector<int64_t>& handles) {
  std::vector<int64_t> present;
  for (const auto handle : handles)
    if (state.db.use(kExists, handle).step()) present.push_back(handle);
  return load_all(state.db, state.chains, present);
}

base::Result<Nothing> put_note(WriteState& state, const std::string& name,
                               const std::string& text) {
  state.db.run(kPutNote, name, text);
  return Nothing{};
}

base::Result<std::string> note(ReadState& state, const std::string& name) {
  auto row = state.db.use(kNote, name);
  return row.step() ? row.string(0) : std::string{};
}

}  // namespace herald::store::sqlite
