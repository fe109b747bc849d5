// How an inbox item and its conversation row are written down, the same in every store. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/inbox.hpp"

namespace herald::store {

/// Why an item is not in the list any more.
enum class Gone { no, trimmed, cleared, withdrawn };

/// Items of one answer.
inline constexpr unsigned kMostItems = 5000;

/// [[id, label, text], ...]
std::string actions_text(const std::vector<model::Action>& actions);
/// What of it can be understood.
std::vector<model::Action> read_actions(std::string_view text);

/// Of the action with that id; empty when there is none.
std::string label_of(const std::vector<model::Action>& actions, std::string_view action);

/// As the application's own rows: UTC, a space instead of T, no zone.
std::string conversation_time(model::TimePoint at);

}  // namespace herald::store
