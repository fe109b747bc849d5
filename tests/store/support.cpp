#include "store/support.hpp"

#include "base/ids.hpp"

namespace herald::store::test {
namespace {

using model::Evidence;
using model::OutcomeKind;
using model::Reason;
using model::State;

void end(model::Progress& p, State state, Reason reason) {
  p.state = state;
  p.reason = reason;
  p.due = TimePoint::max();
}

void completed(model::Progress& p, const model::event::Completed& done, TimePoint now) {
  if (p.attempts.empty()) return;  // of an attempt that was not begun
  auto& attempt = p.attempts.back();
  attempt.in_flight = false;
  attempt.outcome = done.outcome;
  attempt.provider_id = done.outcome.provider_id;
  attempt.ended = now;
  switch (done.outcome.kind) {
    case OutcomeKind::delivered:
      attempt.evidence = Evidence::delivered;
      attempt.evidence_at = now;
      return end(p, State::delivered, Reason::wanted_evidence);
    case OutcomeKind::accepted:
      attempt.evidence = Evidence::accepted;
      attempt.evidence_at = now;
      p.state = State::waiting;
      p.due = now + std::chrono::minutes{2};
      return;
    case OutcomeKind::retry:
      p.due = now + std::chrono::seconds{1};
      return;
    default:
      attempt.failed = true;
      return end(p, State::undelivered, Reason::chain_exhausted);
  }
}

}  // namespace

model::Decision small_decide(const model::Progress& progress, const model::Event& event,
                             const model::Chain& chain, TimePoint now) {
  model::Decision d{progress, {}};
  auto& p = d.next;
  if (std::holds_alternative<model::event::Due>(event)) {
    auto& attempt = p.attempts.emplace_back();
    attempt.run = p.run;
    attempt.number = static_cast<unsigned>(p.attempts.size());
    attempt.channel = chain.steps.at(p.step).channel;
    attempt.started = now;
    p.state = State::trying;
    p.reason = Reason::attempt_started;
    p.due = now + std::chrono::seconds{35};
    d.effects.push_back(model::effect::Start{ref(attempt)});
  } else if (const auto* done = std::get_if<model::event::Completed>(&event)) {
    if (!p.attempts.empty()) completed(p, *done, now);
  } else if (const auto* receipt = std::get_if<model::event::Receipt>(&event)) {
    auto& attempt = p.attempts.at(receipt->attempt.number - 1);
    attempt.evidence = std::max(attempt.evidence, evidence_of(receipt->kind));
    if (attempt.provider_id.empty()) attempt.provider_id = receipt->provider_id;
    if (attempt.evidence >= Evidence::delivered) end(p, State::delivered, Reason::evidence_arrived);
  } else if (const auto* answered = std::get_if<model::event::Answered>(&event)) {
    if (p.answer) return d;
    p.answer = model::Answer{answered->action, answered->channel, answered->said, now};
    p.attempts.at(answered->attempt.number - 1).evidence = Evidence::answered;
    end(p, State::delivered, Reason::evidence_arrived);
  } else if (std::holds_alternative<model::event::Cancel>(event)) {
    end(p, State::cancelled, Reason::cancelled);
    d.effects.push_back(model::effect::WithdrawItem{});
  } else if (const auto* redrive = std::get_if<model::event::Redrive>(&event)) {
    if (p.state != State::undelivered) {
      d.effects.push_back(model::effect::Refused{"only a dead letter is redriven"});
      return d;
    }
    ++p.run;
    p.state = State::queued;
    p.reason = Reason::redriven;
    p.due = now;
    p.expires = redrive->expires;
  } else if (std::holds_alternative<model::event::RenderFailed>(event)) {
    throw std::logic_error("impossible");
  }
  return d;
}

model::ChainPtr some_chain(std::string first_channel) {
  model::Chain chain;
  chain.route = "default";
  chain.steps = {model::Step{std::move(first_channel)}, model::Step{"whatsapp"}};
  return std::make_shared<const model::Chain>(std::move(chain));
}

std::string fresh_id() {
  // Ids made later are higher, which the system's clock does not promise within a millisecond.
  static std::atomic<int64_t> ms{1'752'487'200'000};
  return base::make_id(base::Random::system(), base::from_unix_ms(ms++));
}

model::NewNotification some_notification(const base::Clock& clock, std::string user) {
  model::NewNotification n;
  n.id = fresh_id();
  n.producer = "token:shop";
  n.kind = "service_request.confirmed";
  n.type = "confirmation";
  n.to = {"user", std::move(user)};
  n.params_json = R"({"service":"Plomberie"})";
  n.created = clock.now();
  n.not_before = clock.now();
  n.expires = clock.now() + 24h;
  static const auto chain = some_chain();
  n.chain = chain;
  return n;
}

model::NewItem some_item(model::UserId user, const std::string& notification, std::string text) {
  model::NewItem item;
  item.user = user;
  item.notification = notification;
  item.type = "confirmation";
  item.title = "Demande";
  item.markdown = "**" + text + "**";
  item.text = std::move(text);
  return item;
}

model::Outcome outcome(model::OutcomeKind kind, std::string provider_id) {
  model::Outcome out;
  out.kind = kind;
  out.provider_id = std::move(provider_id);
  return out;
}

}  // namespace herald::store::test
