// What the store says against what the world knows.
#include "oracle.hpp"

#include <algorithm>
#include <boost/json/parse.hpp>

namespace herald::simulator {

using namespace model;

void Oracle::breaks(const std::string& rule, const std::string& id, const std::string& what) {
  broken_.push_back(rule + ": " + (id.size() > 16 ? id.substr(10, 6) : id) + ": " + what);
}

void Oracle::judge(const store::Timeline& timeline) {
  const auto& n = timeline.notification;
  const auto params = boost::json::parse(n.head.params_json);
  const auto number = static_cast<unsigned>(params.at("n").to_number<int64_t>());
  const bool other_body = number >= kOtherBody && truth_.a_day_passed();
  if (number >= truth_.intents.size() && !other_body)
    breaks("I2 phantom", n.head.id, "nobody asked for it");
  else
    stored_.emplace(n.head.id, number);
  replay(timeline);
  ended(n.progress);
  evidence(n.progress);
  copies(timeline);
  redriven(timeline);
  acknowledged(n.progress);
  if (truth_.cancelled.contains(n.head.id) && n.progress.state != State::cancelled)
    breaks("R12 cancel", n.head.id,
           "acknowledged, and it ended " + std::string{to_string(n.progress.state)});
}

void Oracle::ended(const Progress& p) {
  const std::string state{to_string(p.state)};
  if (!is_ended(p.state))
    return breaks("I6 liveness", p.id,
                  state + " (" + std::string{to_string(p.reason)} + ") long after the faults");
  if (p.in_flight() != nullptr) breaks("I6 liveness", p.id, "an attempt never came back");
  const auto best = p.best_evidence();
  const bool proven = best >= Evidence::delivered;
  if (p.state == State::delivered && !proven)
    breaks("promise 7", p.id, "delivered without evidence");
  if ((p.state == State::unconfirmed || p.state == State::undelivered ||
       p.state == State::expired) &&
      proven)
    breaks("promise 2", p.id, state + " with evidence " + std::string{to_string(best)});
  if (p.state == State::unconfirmed && best < Evidence::accepted)
    breaks("promise 7", p.id, "unconfirmed, and no channel accepted it");
}

Evidence Oracle::true_evidence(const Progress& p, const Attempt& attempt) const {
  const auto& channel = stage_.scenario.channels.at(attempt.channel);
  if (channel.sort == Sort::journal) return Evidence::accepted;
  auto best = Evidence::none;
  if (channel.sort == Sort::inbox) {
    if (attempt.inbox) best = Evidence::accepted;
    if (const auto it = truth_.seen.find(p.id); it != truth_.seen.end())
      best = std::max(best, it->second);
    return best;
  }
  const auto name = attempt_id(p.id, attempt);
  for (const auto& copy : truth_.copies) {
    const bool own = channel.info.idempotent ? copy.notification == p.id : copy.attempt == name;
    if (own && copy.channel == attempt.channel) best = std::max(best, copy.reached);
  }
  return best;
}

void Oracle::evidence(const Progress& p) {
  for (const auto& attempt : p.attempts) {
    const auto truth = true_evidence(p, attempt);
    if (attempt.evidence > truth)
      breaks("promise 7", p.id,
             "attempt " + attempt_id("", attempt) + " on " + attempt.channel + " claims " +
                 std::string{to_string(attempt.evidence)} + ", in truth it is " +
                 std::string{to_string(truth)});
  }
}

namespace {

/// Redrives that began a new run; those with `resend` alone when that is wanted.
unsigned redrives(const store::Timeline& timeline, bool resend_only) {
  unsigned count = 0;
  auto before = State::queued;
  for (const auto& entry : timeline.entries) {
    const auto* redrive = std::get_if<event::Redrive>(&entry.event);
    if (redrive != nullptr && before == State::undelivered && (redrive->resend || !resend_only))
      ++count;
    before = entry.state;
  }
  return count;
}

}  // namespace

/// I3. What arrives, or may yet: a copy that the provider gave up does not count. A provider that
/// says of an arrived message that it failed asks for the next copy itself, and so does an operator
/// who redrives with `resend`.
void Oracle::copies(const store::Timeline& timeline) {
  const auto& p = timeline.notification.progress;
  const auto resent = redrives(timeline, true);
  std::map<std::string, std::pair<unsigned, unsigned>> of;  // channel -> arriving, allowed
  for (const auto& copy : truth_.copies) {
    if (copy.notification != p.id || copy.failed) continue;
    auto& [arriving, contradicted] = of[copy.channel];
    ++arriving;
    if (copy.contradicted) ++contradicted;
  }
  for (const auto& [channel, count] : of)
    if (count.first > 1 + count.second + resent)
      breaks("I3 duplicates", p.id,
             std::to_string(count.first) + " copies on " + channel + ", allowed are " +
                 std::to_string(1 + count.second + resent));
}

/// R20: what was acknowledged was done, and nothing else.
void Oracle::redriven(const store::Timeline& timeline) {
  const auto& p = timeline.notification.progress;
  const auto known = truth_.redriven.find(p.id);
  const auto told = known == truth_.redriven.end() ? 0 : known->second;
  const auto done = redrives(timeline, false);
  if (done < told || p.run != done + 1)
    breaks("R20 redrive", p.id,
           std::to_string(told) + " were acknowledged, " + std::to_string(done) +
               " are recorded, it is run " + std::to_string(p.run));
}

/// What was acknowledged after a commit is in what was committed.
void Oracle::acknowledged(const Progress& p) {
  for (const auto& told : truth_.acknowledged) {
    const auto& copy = truth_.copies[told.copy];
    if (copy.notification != p.id) continue;
    bool bound = false;
    bool known = false;
    for (const auto& a : p.attempts) {
      if (a.channel != copy.channel) continue;
      bound = bound || a.provider_id == copy.provider_id;
      known =
          known || (told.kind == ReceiptKind::failed ? a.failed || a.evidence >= Evidence::delivered
                                                     : a.evidence >= evidence_of(told.kind));
    }
    // That an attempt failed which a crash left unrecorded is no news of another one.
    const bool made = std::any_of(p.attempts.begin(), p.attempts.end(), [&](const Attempt& a) {
      return attempt_id(p.id, a) == copy.attempt;
    });
    if (told.kind == ReceiptKind::failed && told.by_attempt && !made) continue;
    // Parked for ever: no attempt ever got this provider id.
    if (bound && !known && !truth_.a_day_passed())
      breaks("receipts", p.id,
             std::string{to_string(told.kind)} + " of " + copy.provider_id +
                 " was acknowledged and is not known");
  }
  const auto seen = truth_.seen_acknowledged.find(p.id);
  if (seen == truth_.seen_acknowledged.end()) return;
  const bool known = std::any_of(p.attempts.begin(), p.attempts.end(), [&](const Attempt& a) {
    return a.inbox && a.evidence >= seen->second;
  });
  if (!known)
    breaks("receipts", p.id,
           "the person's " + std::string{to_string(seen->second)} +
               " was acknowledged and is not known");
}

void Oracle::judge_item(const Notification& n, const ItemPage& page) {
  for (const auto& item : page.items)
    if (n.progress.state == State::cancelled && item.active)
      breaks("R12 cancel", n.head.id, "its item is still in the list");
  const bool shown = std::any_of(n.progress.attempts.begin(), n.progress.attempts.end(),
                                 [](const Attempt& a) { return a.inbox; });
  if (shown && page.items.size() != 1)
    breaks("I3 duplicates", n.head.id, std::to_string(page.items.size()) + " inbox items");
}

void Oracle::judge_producers() {
  const bool forgotten = truth_.a_day_passed();  // keys are
  std::map<unsigned, unsigned> count;
  for (const auto& [id, intent] : stored_) ++count[intent];
  for (const auto& intent : truth_.intents) {
    const auto name = "submission " + std::to_string(intent.number);
    for (const auto& id : intent.acks) {
      if (!stored_.contains(id)) breaks("I1 lost", id, name + " was acknowledged and is gone");
      if (!intent.key.empty() && id != intent.acks.front() && !forgotten)
        breaks("I2 idempotency", name, "one key, two ids");
    }
    const bool once = !intent.key.empty() && !forgotten;
    const auto allowed = once ? std::min(intent.sent, 1U) : intent.sent;
    if (count[intent.number] > allowed)
      breaks("I2 phantom", name,
             "stored " + std::to_string(count[intent.number]) + " times, asked for " +
                 std::to_string(allowed));
  }
}

/// Who submitted such a one was told of a failure, or nothing, and asks again: the person would get
/// it twice, and nothing would say so.
void Oracle::judge_copies() {
  for (const auto& copy : truth_.copies)
    if (!stored_.contains(copy.notification))
      breaks("promise 1", copy.notification,
             "a copy went out on " + copy.channel + ", and it was never stored");
}

}  // namespace herald::simulator
