#include <algorithm>

#include "delivery/audit_parts.hpp"
#include "delivery/decide.hpp"

namespace herald::delivery {
namespace {

using namespace model;

std::string time(TimePoint at) {
  if (at == TimePoint{} || at == TimePoint::max()) return "none";
  return base::to_iso8601(at);
}

/// Names the first fields in which two progresses differ: the whole texts would say too much.
class Difference {
 public:
  template <class T>
  void of(const char* name, const T& expected, const T& found) {
    if (expected == found) return;
    append(expected_, name, show(expected));
    append(found_, name, show(found));
  }
  std::string expected_, found_;

 private:
  static void append(std::string& out, const char* name, const std::string& value) {
    ((out += out.empty() ? "" : ", ") += name) += " " + value;
  }
  static std::string show(const std::string& text) { return text; }
  static std::string show(TimePoint at) { return time(at); }
  static std::string show(Duration d) { return base::to_string(d); }
  static std::string show(bool flag) { return flag ? "true" : "false"; }
  static std::string show(unsigned number) { return std::to_string(number); }
  static std::string show(State state) { return std::string{to_string(state)}; }
  static std::string show(Reason reason) { return std::string{to_string(reason)}; }
  static std::string show(const std::optional<Outcome>& o) {
    return o ? std::string{to_string(o->kind)} : "none";
  }
  static std::string show(const std::optional<Answer>& a) {
    return a ? a->action + " on " + a->channel : "none";
  }
  static std::string show(const std::vector<Attempt>& attempts) {
    std::string out = std::to_string(attempts.size());
    for (const auto& a : attempts)
      out += " [" + std::to_string(a.run) + "." + std::to_string(a.step) + "." +
             std::to_string(a.number) + " " +
             std::string{a.in_flight ? "in_flight" : to_string(a.outcome.kind)} + " " +
             std::string{to_string(a.evidence)} + (a.failed ? " failed" : "") +
             (a.inbox ? " inbox" : "") + "]";
    return out;
  }
  static std::string show(const std::vector<StepLeft>& left) {
    std::string out = std::to_string(left.size());
    for (const auto& l : left)
      out += " [" + std::to_string(l.run) + "." + std::to_string(l.round) + "." +
             std::to_string(l.step) + " " + std::string{to_string(l.reason)} + "]";
    return out;
  }
};

void compare_progress(const Progress& replayed, const std::string& stored, Findings& findings) {
  // Equal texts are equal values, and most are; only the others are read.
  if (stored == to_json_text(replayed)) return;
  const auto found = progress_from_json(stored);
  if (!found)
    return findings.add("notifications.progress", "a progress that can be read",
                        found.error().message);
  if (*found == replayed) return;
  Difference d;
  d.of("id", replayed.id, found->id);
  d.of("state", replayed.state, found->state);
  d.of("reason", replayed.reason, found->reason);
  d.of("run", replayed.run, found->run);
  d.of("round", replayed.round, found->round);
  d.of("step", replayed.step, found->step);
  d.of("due", replayed.due, found->due);
  d.of("expires", replayed.expires, found->expires);
  d.of("step_started", replayed.step_started, found->step_started);
  d.of("quiet", replayed.quiet, found->quiet);
  d.of("wait_started", replayed.wait_started, found->wait_started);
  d.of("held_since", replayed.held_since, found->held_since);
  d.of("next_try", replayed.next_try, found->next_try);
  d.of("render_failures", replayed.render_failures, found->render_failures);
  d.of("cancel_requested", replayed.cancel_requested, found->cancel_requested);
  d.of("expiry_passed", replayed.expiry_passed, found->expiry_passed);
  d.of("resend", replayed.resend, found->resend);
  d.of("clock_moved", replayed.clock_moved, found->clock_moved);
  d.of("parked_failure", replayed.parked_failure, found->parked_failure);
  d.of("answer", replayed.answer, found->answer);
  d.of("attempts", replayed.attempts, found->attempts);
  d.of("left", replayed.left, found->left);
  findings.add("notifications.progress", d.expected_, d.found_);
}

}  // namespace

void audit_columns(const store::Dossier& dossier, const Progress& replayed, Findings& findings) {
  if (dossier.progress)
    compare_progress(replayed, *dossier.progress, findings);
  else if (!dossier.timeline.empty())
    findings.add("notifications.progress", "what its events lead to", "none");

  const auto due =
      replayed.due == TimePoint::max() ? std::nullopt : std::optional{base::unix_us(replayed.due)};
  const auto due_text = [](std::optional<int64_t> at) {
    return at ? time(base::from_unix_us(*at)) : std::string{"none"};
  };
  if (due != dossier.due_at)
    findings.add("notifications.due_at", due_text(due), due_text(dossier.due_at));
  // A plugin owes an answer: about an attempt in flight, or about what became of one.
  const bool owed =
      std::any_of(replayed.attempts.begin(), replayed.attempts.end(),
                  [](const model::Attempt& a) { return a.in_flight || a.reconciling; });
  if (owed != (dossier.in_flight != 0))
    findings.add("notifications.in_flight", owed ? "1" : "0", std::to_string(dossier.in_flight));
  const auto* step = dossier.chain ? current_step(replayed, *dossier.chain) : nullptr;
  const bool paused = replayed.state == State::trying && replayed.reason == Reason::paused &&
                      replayed.in_flight() == nullptr && step != nullptr;
  if (const auto expected = paused ? step->channel : std::string{};
      expected != dossier.paused_at.value_or(""))
    findings.add("notifications.paused_at", expected, dossier.paused_at.value_or(""));
  // Whatever decide() says: what nobody looks at again would be lost (promise 2).
  if (dossier.state < static_cast<int64_t>(State::delivered) && !dossier.due_at)
    findings.add("notifications.lost", "a time at which it is looked at again", "none");
}

}  // namespace herald::delivery
