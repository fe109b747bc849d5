#include <algorithm>
#include <map>
#include <tuple>

#include "base/text.hpp"
#include "delivery/audit_parts.hpp"

namespace herald::delivery {
namespace {

using namespace model;
using Key = std::tuple<int64_t, int64_t, int64_t>;  // run, step, number

Key key_of(const AttemptRef& a) { return {a.run, a.step, a.number}; }

/// What the events of one attempt prove.
struct Proof {
  Evidence level = Evidence::none;
  bool failed = false;
  int64_t first_seq = 0;  ///< of the first event that names it
};

struct Prover {
  std::map<Key, Proof>& proofs;
  int64_t seq;

  void outcome(const AttemptRef& attempt, const Outcome& o) const {
    switch (o.kind) {
      case OutcomeKind::delivered: {
        proves(attempt, Evidence::delivered);
        return;
      }
      case OutcomeKind::accepted: {
        proves(attempt, Evidence::accepted);
        return;
      }
      case OutcomeKind::unknown:
        proves(attempt, Evidence::none);
        return;
      default:
        proves(attempt, Evidence::none).failed = true;
    }
  }
  Proof& proves(const AttemptRef& attempt, Evidence level) const {
    auto& proof = proofs[key_of(attempt)];
    if (proof.first_seq == 0) proof.first_seq = seq;
    proof.level = std::max(proof.level, level);
    return proof;
  }
  void operator()(const event::Completed& e) const { outcome(e.attempt, e.outcome); }
  void operator()(const event::Reconciled& e) const { outcome(e.attempt, e.outcome); }
  void operator()(const event::Lost& e) const { proves(e.attempt, Evidence::none); }
  void operator()(const event::Receipt& e) const {
    proves(e.attempt, evidence_of(e.kind)).failed |= e.kind == ReceiptKind::failed;
  }
  void operator()(const event::Answered& e) const { proves(e.attempt, Evidence::answered); }
  template <class Other>
  void operator()(const Other&) const {}
};

std::string maybe(std::optional<int64_t> value) {
  return value ? std::to_string(*value) : std::string{"none"};
}
std::optional<int64_t> time_or_none(TimePoint at) {
  if (at == TimePoint{}) return std::nullopt;
  return base::unix_us(at);
}
/// Texts of providers are not shown: a provider's id may hold a phone number.
std::string size_of(const std::string& text) {
  return "a text of " + std::to_string(text.size()) + " bytes";
}

void compare(const Attempt& a, const store::Dossier::AttemptRow& row, const std::string& where,
             Findings& findings) {
  const auto number = [&](const char* rule, std::optional<int64_t> expected,
                          std::optional<int64_t> found) {
    if (expected != found) findings.add("attempts", where, rule, maybe(expected), maybe(found));
  };
  const auto text = [&](const char* rule, const std::string& expected, const std::string& found) {
    // What is not UTF-8 was written to the events as U+FFFD.
    if (expected != found && base::is_utf8(found) && found.find('\0') == found.npos)
      findings.add("attempts", where, rule, size_of(expected), size_of(found));
  };
  const auto unless_flying = [&](int64_t value) {
    return a.in_flight ? std::nullopt : std::optional{value};
  };
  if (a.channel != row.channel)
    findings.add("attempts", where, "attempts.channel", a.channel, row.channel);
  number("attempts.round", a.round, row.round);
  number("attempts.started", base::unix_us(a.started), row.started);
  number("attempts.ended", time_or_none(a.ended), row.ended);
  number("attempts.outcome", unless_flying(static_cast<int64_t>(a.outcome.kind)), row.outcome);
  number("attempts.reason", unless_flying(static_cast<int64_t>(a.outcome.reason)), row.reason);
  number("attempts.evidence", static_cast<int64_t>(a.evidence), row.evidence);
  number("attempts.evidence_at", time_or_none(a.evidence_at), row.evidence_at);
  number("attempts.failed", a.failed ? 1 : 0, row.failed);
  text("attempts.detail", a.outcome.detail, row.detail);
  text("attempts.provider_id", a.provider_id, row.provider_id);
}

}  // namespace

void audit_attempts(const store::Dossier& dossier, const Replayed& replayed, Findings& findings) {
  std::map<Key, const Attempt*> expected;
  for (const auto& attempt : replayed.progress.attempts) expected[key_of(ref(attempt))] = &attempt;
  std::map<Key, Proof> proofs;
  for (std::size_t i = 0; i < replayed.events.size(); ++i)
    std::visit(Prover{proofs, dossier.timeline[i].seq}, replayed.events[i]);

  const auto name = [&](const Key& key) {
    return std::to_string(dossier.rowid) + "/" + std::to_string(std::get<0>(key)) + "/" +
           std::to_string(std::get<1>(key)) + "/" + std::to_string(std::get<2>(key));
  };
  for (const auto& row : dossier.attempts) {
    const Key key{row.run, row.step, row.number};
    const auto found = expected.find(key);
    if (found == expected.end()) {
      findings.add("attempts", name(key), "attempts.extra", "no such attempt", "a row");
    } else {
      compare(*found->second, row, name(key), findings);
      expected.erase(found);
    }
    // Whatever decide() says: no evidence and no failure without the event that brought it.
    const auto& proof = proofs[key];
    if (row.evidence > static_cast<int64_t>(proof.level))
      findings.add("attempts", name(key), "attempts.unproven",
                   "at most " + std::string{to_string(proof.level)} + ", as its events say",
                   std::to_string(row.evidence));
    if (row.failed != 0 && !proof.failed)
      findings.add("attempts", name(key), "attempts.unproven", "no failure in its events",
                   "failed");
    proofs.erase(key);
  }
  for (const auto& [key, attempt] : expected)
    findings.add("attempts", name(key), "attempts.missing", "a row on " + attempt->channel, "none");
  for (const auto& [key, proof] : proofs)
    if (!expected.contains(key))
      findings.add("timeline", findings.entry(proof.first_seq), "timeline.attempt",
                   "an attempt that has a row", name(key));
}

}  // namespace herald::delivery
