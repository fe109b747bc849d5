#include "delivery/audit_parts.hpp"
#include "delivery/replay.hpp"

namespace herald::delivery {
namespace {

using namespace model;

std::string state_name(int64_t column) {
  return column >= 0 && column <= static_cast<int64_t>(State::cancelled)
             ? std::string{to_string(static_cast<State>(column))}
             : std::to_string(column);
}
std::string reason_name(int64_t column) {
  return column >= 0 && column <= static_cast<int64_t>(Reason::invalid)
             ? std::string{to_string(static_cast<Reason>(column))}
             : std::to_string(column);
}

/// Promise 2: unconfirmed < undelivered, expired < delivered; cancelled stays. A dead letter may
/// begin again.
bool may_follow(State ending, State next, const Event& event) {
  if (ending == next) return true;
  switch (ending) {
    case State::unconfirmed:
      return next == State::undelivered || next == State::delivered;
    case State::undelivered:
      return next == State::delivered ||
             (next == State::queued && std::holds_alternative<event::Redrive>(event));
    case State::expired:
      return next == State::delivered;
    default:
      return !is_ended(ending);
  }
}

/// The chain that a run was decided with; null when it is not stored.
const Chain* chain_of(const store::Dossier& dossier, unsigned run) {
  for (const auto& earlier : dossier.earlier_chains)
    if (earlier.run == run) return earlier.chain.get();
  return dossier.chain.get();
}

Event read_event(const std::string& text, std::string& problem) {
  auto event = event_from_json(text);
  if (event) return std::move(*event);
  problem = event.error().message;
  return event::Due{};
}

}  // namespace

std::optional<Replayed> audit_timeline(const store::Dossier& dossier, Findings& findings) {
  Replay replay{first_progress(dossier.id, base::from_unix_us(dossier.created),
                               base::from_unix_us(dossier.not_before),
                               base::from_unix_us(dossier.expires))};
  Replayed out;
  out.events.reserve(dossier.timeline.size());
  auto before = static_cast<int64_t>(replay.progress().state);
  int64_t seq = 0;
  for (const auto& entry : dossier.timeline) {
    const auto row = findings.entry(entry.seq);
    const auto note = [&](const char* rule, std::string expected, std::string found) {
      findings.add("timeline", row, rule, std::move(expected), std::move(found));
    };
    if (entry.seq != ++seq) {
      note("timeline.seq", std::to_string(seq), std::to_string(entry.seq));
      seq = entry.seq;
    }
    std::string problem;
    const auto event = read_event(entry.event, problem);
    if (!problem.empty()) return note("timeline.event", "an event", problem), std::nullopt;
    const auto* chain = chain_of(dossier, replay.run_of(event));
    if (chain == nullptr)
      return findings.add("notifications.chain_id", "a chain that can be read", "none"),
             std::nullopt;
    if (const auto played = replay.play(event, *chain, base::from_unix_us(entry.at)); !played)
      return note("timeline.event", "an event that can follow", played.error().message),
             std::nullopt;

    const auto& after = replay.progress();
    if (entry.state != static_cast<int64_t>(after.state))
      note("timeline.state", std::string{to_string(after.state)}, state_name(entry.state));
    if (entry.reason != static_cast<int64_t>(after.reason))
      note("timeline.reason", std::string{to_string(after.reason)}, reason_name(entry.reason));
    // These two hold for what is stored, whatever decide() says.
    const bool known = entry.reason > static_cast<int64_t>(Reason::none) &&
                       entry.reason <= static_cast<int64_t>(Reason::killed_the_daemon);
    if (entry.state != before && !known)
      note("timeline.why", "a reason for the change of state", reason_name(entry.reason));
    if (before >= 0 && before <= static_cast<int64_t>(State::cancelled) &&
        !may_follow(static_cast<State>(before), static_cast<State>(entry.state), event))
      note("timeline.ending", "nothing below " + state_name(before), state_name(entry.state));
    before = entry.state;
    out.events.push_back(event);
  }
  if (seq != dossier.last_seq)
    findings.add("notifications.last_seq", std::to_string(seq), std::to_string(dossier.last_seq));
  if (before != dossier.state)
    findings.add("notifications.state", state_name(before), state_name(dossier.state));
  out.progress = replay.progress();
  return out;
}

}  // namespace herald::delivery
