#pragma once

#include "store/sqlite/reader.hpp"
#include "store/sqlite/write_state.hpp"

namespace herald::store::sqlite {

// Pauses, what waits for them, and the daemon's notes. Contracts: GateStore. All throw SqlError.

base::Result<Nothing> put_pause(WriteState& state, const Pause& pause);
base::Result<Nothing> remove_pause(WriteState& state, const std::string& channel);
base::Result<std::vector<Pause>> pauses(ReadState& state);
base::Result<std::vector<model::Notification>> paused_at(ReadState& state,
                                                         const std::string& channel,
                                                         const std::string& after_id,
                                                         unsigned limit);
base::Result<std::vector<int64_t>> waiting(ReadState& state);
base::Result<std::vector<model::Notification>> rows(ReadState& state,
                                                    const std::vector<int64_t>& handles);
base::Result<Nothing> put_note(WriteState& state, const std::string& name, const std::string& text);
base::Result<std::string> note(ReadState& state, const std::string& name);

}  // namespace herald::store::sqlite
