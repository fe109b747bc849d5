// The table of docs/explanation/state-machine.md, every cell: state x event. A cell that is missing
// fails the test.
#include <array>
#include <functional>

#include "play.hpp"

namespace herald::delivery::testing {
namespace {

using K = OutcomeKind;
using R = ReceiptKind;

/// Columns. Everywhere the chain is web, wa; the attempt at web was unknown and the step was left;
/// wa is the current step.
enum Column {
  queued,
  in_flight,
  trying_later,
  waiting,
  holding,
  delivered,
  unconfirmed,
  undelivered,
  expired,
  cancelled,
  columns
};
constexpr std::array<const char*, columns> kColumns{
    "queued",    "in flight",   "trying later", "waiting", "holding",
    "delivered", "unconfirmed", "undelivered",  "expired", "cancelled"};

Chain base_chain() {
  auto web = step("web", Evidence::read);
  auto wa = step("wa", Evidence::delivered);
  wa.within = 10min;
  return chain_of({web, wa});
}

Play at(Column column, Chain chain) {
  auto& wa = chain.steps[1];
  if (column == holding || column == unconfirmed) {
    wa.until = Evidence::accepted;
    wa.within = 0s;
    wa.idempotent = false;
  }
  Play play{std::move(chain)};
  play.start().complete(K::unknown).due().start();
  switch (column) {
    case in_flight:
      break;
    case queued:
      play.complete(K::channel_down, Reason::network);
      break;
    case trying_later:
      play.complete(K::retry, Reason::network);
      break;
    case waiting:
    case expired:
    case cancelled:
      play.complete(play.chain.steps[1].until == Evidence::accepted ? K::unknown : K::accepted);
      if (column == expired) {
        play.now = play.p.expires;
        play.give(event::Due{});
      }
      if (column == cancelled) play.give(event::Cancel{"test"});
      break;
    case holding:
      play.complete(K::accepted);
      break;
    case delivered:
      play.receipt(R::answered).complete(K::delivered);
      break;
    case unconfirmed:
      play.complete(K::accepted).due();
      break;
    case undelivered:
      play.complete(K::rejected, Reason::bad_recipient);
      break;
    case columns:
      break;
  }
  play.effects.clear();
  return play;
}

struct Row {
  const char* name;
  std::function<void(Chain&)> tweak;
  std::function<void(Play&)> event;
  /// "=": not even recorded. "+": recorded, nothing else. Otherwise the picture afterwards.
  std::array<const char*, columns> cells;
};

const auto as_is = [](Chain&) {};
AttemptRef web(const Play&) { return {1, 0, 1}; }
AttemptRef wa(const Play& play) {
  return play.p.attempts.size() > 1 ? play.last() : AttemptRef{1, 1, 9};
}
auto completed(K kind, Reason reason = Reason::none, Duration after = {}) {
  return [=](Play& play) { play.give(event::Completed{wa(play), outcome(kind, reason, after)}); };
}
auto passing(Duration Step::*time) {
  return [=](Play& play) { play.after(play.chain.steps[1].*time + 1s).give(event::Due{}); };
}
auto gated(Reason reason, Duration time) {
  return [=](Play& play) {
    if (play.p.state == State::queued) play.now = play.p.due;
    play.give(event::Gated{reason, play.now + time});
  };
}
auto gated_open(Reason reason) {
  return [=](Play& play) {
    if (play.p.state == State::queued) play.now = play.p.due;
    play.give(event::Gated{reason, TimePoint::max()});
  };
}
auto blocked(Reason reason, bool transient) {
  return [=](Play& play) {
    if (play.p.state == State::queued) play.now = play.p.due;
    play.give(event::Blocked{reason, transient, {}});
  };
}
void render_failed(Play& play) {
  if (play.p.state == State::queued) play.now = play.p.due;
  play.give(event::RenderFailed{"no such template"});
}

const std::vector<Row>& table() {
  static const std::vector<Row> rows{
#include "decide_table.inc"
  };
  return rows;
}

TEST(DecideTable, EveryCell) {
  for (const auto& row : table()) {
    for (int c = 0; c < columns; ++c) {
      SCOPED_TRACE(std::string{row.name} + " | " + kColumns[static_cast<std::size_t>(c)]);
      const auto* expected = row.cells[static_cast<std::size_t>(c)];
      ASSERT_NE(expected, nullptr) << "this cell is missing";
      auto chain = base_chain();
      row.tweak(chain);
      auto play = at(static_cast<Column>(c), std::move(chain));
      const auto before = play.p;
      const auto picture_before = picture(play);
      ASSERT_NO_THROW(row.event(play));
      std::string got = picture(play);
      if (play.p == before && play.effects.empty())
        got = "=";
      else if (got == picture_before)
        got = "+";
      EXPECT_EQ(got, expected);
      EXPECT_GE(play.p.best_evidence(), before.best_evidence());
    }
  }
}

TEST(DecideTable, HasARowForEveryKindOfEvent) {
  EXPECT_EQ(std::variant_size_v<Event>, 12U)
      << "a new kind of event needs its rows in decide_table.inc";
  EXPECT_GE(table().size(), 45U);
}

// What can only come from our own bug is the one thing that throws.
TEST(DecideTable, AForeignChainIsABug) {
  Play play{base_chain()};
  play.start().complete(K::unknown).due().start();
  play.chain.steps.resize(1);
  EXPECT_THROW(play.give(event::Due{}), std::logic_error);
}

}  // namespace
}  // namespace herald::delivery::testing
