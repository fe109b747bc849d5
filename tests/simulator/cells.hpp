#pragma once

#include <array>
#include <string>
#include <string_view>

#include "model/chain.hpp"
#include "model/event.hpp"

namespace herald::simulator {

/// How often each cell of docs/explanation/state-machine.md was entered. Its rows and columns, in
/// its order.
enum class Row : uint8_t {
  due,
  outcome_delivered,
  outcome_accepted,
  outcome_retry,
  outcome_rejected,
  outcome_channel_down,
  outcome_unknown_idempotent,
  outcome_unknown_other,
  reconciled,
  asked_again,
  lost,
  render_failed,
  blocked,
  evicted,
  gated,
  gate_lifted,
  try_for_over,
  within_over,
  receipts_over,
  clock_moved,
  evidence_enough,
  evidence_less,
  failed_latest,
  failed_other,
  failed_after_delivered,
  expiry,
  cancel,
  redrive,
  count
};
enum class Column : uint8_t { queued, in_flight, later, waiting, holding, ended, count };

class Cells {
 public:
  void enter(const model::Progress& before, const model::Event& event, const model::Chain& chain,
             const model::Decision& decision, model::TimePoint now);
  void add(const Cells& other);
  /// The table, one line a row; what was not entered and need not be is shown by its reason's
  /// letter.
  std::string table() const;
  /// Names of the cells that must be entered and were not.
  std::string missing() const;

 private:
  uint64_t& at(Row row, Column column) {
    return entered_[static_cast<std::size_t>(row)][static_cast<std::size_t>(column)];
  }
  std::array<std::array<uint64_t, static_cast<std::size_t>(Column::count)>,
             static_cast<std::size_t>(Row::count)>
      entered_{};
};

}  // namespace herald::simulator
