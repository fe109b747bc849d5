#include "channels.hpp"

#include "daemon.hpp"

namespace herald::simulator {

using namespace std::chrono_literals;
using model::Outcome;
using model::OutcomeKind;
using model::Reason;

SimChannels::SimChannels(Stage& stage, Truth& truth, Providers& providers, Loop::Lane& lane)
    : stage_{stage}, truth_{truth}, providers_{providers}, lane_{lane} {
  for (const auto& [kind, chain] : stage.scenario.routes) {
    model::KindSpec spec;
    spec.kind = kind;
    spec.type = "info";
    spec.params = {{"n", "integer"}};
    catalog_->kinds.emplace(kind, spec);
  }
  catalog_->version = "1";
}

std::vector<model::ChannelInfo> SimChannels::channels() const {
  std::vector<model::ChannelInfo> out;
  for (const auto& [name, c] : stage_.scenario.channels)
    if (auto info = channel(name)) out.push_back(std::move(*info));
  return out;
}

std::optional<model::ChannelInfo> SimChannels::channel(std::string_view name) const {
  const auto it = stage_.scenario.channels.find(std::string{name});
  if (it == stage_.scenario.channels.end() || name == stage_.gone) return std::nullopt;
  auto info = it->second.info;
  info.running = name != stage_.stopped;
  return info;
}

void SimChannels::deliver(std::string_view channel, model::Delivery delivery,
                          std::function<void(Outcome)> done) {
  truth_.calls.push_back({stage_.clock.mono(),
                          stage_.clock.now(),
                          truth_.lives.size(),
                          std::string{channel},
                          delivery.attempt_id,
                          delivery.head.user,
                          delivery.head.priority,
                          {}});
  lane_.post([this, name = std::string{channel}, delivery = std::move(delivery),
              done = std::move(done)]() mutable {
    const auto info = this->channel(name);
    const auto attempt = delivery.attempt_id;
    if (!info || !info->running)
      return tell(name, attempt, done,
                  {OutcomeKind::channel_down, Reason::provider, {}, {}, "not running"});
    stage_.story.tell("deliver ", attempt, " on ", name);
    auto& op = open_[attempt];
    op = {name, info->idempotent, 0, std::move(done)};
    op.alarm = lane_.after(delivery.timeout, [this, attempt] { deadline(attempt); });
    const auto sort = stage_.scenario.channels.at(name).sort;
    if (sort == Sort::provider) {
      return providers_.at(name).take(
          {delivery.head.id, attempt, delivery.timeout,
           [this, life = std::weak_ptr{stage_.life}, name, attempt](Outcome outcome) {
             if (!life.expired()) answer(name, attempt, std::move(outcome));
           }});
    }
    const auto soon = stage_.dice.between(100us, 200ms);
    if (stage_.fault(stage_.scenario.trouble / 2, sort == Sort::inbox ? "inbox" : "journal")) {
      switch (stage_.dice.below(3)) {
        case 0:
          return;  // never answers
        case 1:    // shown, and then the plugin says something else
          if (sort == Sort::inbox) append(name, delivery, false);
          lane_.after(stage_.dice.between(0us, delivery.timeout - 1ms),
                      [this, name, attempt] { answer(name, attempt, any_refusal()); });
          return;
        default:
          lane_.after(soon, [this, name, attempt] { answer(name, attempt, any_refusal()); });
          return;
      }
    }
    lane_.after(soon, [this, name, sort, delivery] {
      if (sort == Sort::inbox) return append(name, delivery, true);
      answer(name, delivery.attempt_id, {OutcomeKind::accepted});
    });
  });
}

Outcome SimChannels::any_refusal() {
  Outcome outcome{stage_.dice.any({OutcomeKind::retry, OutcomeKind::retry, OutcomeKind::rejected,
                                   OutcomeKind::channel_down, OutcomeKind::unknown}),
                  Reason::internal};
  if (stage_.dice.percent(30)) outcome.retry_after = stage_.dice.between(1s, 5min);
  return outcome;
}

void SimChannels::append(const std::string& channel, const model::Delivery& delivery,
                         bool answers) {
  model::NewItem item;
  item.type = "info";
  item.title = "t";
  item.text = item.markdown = "text of " + delivery.head.id;
  appending_.insert(delivery.attempt_id);
  delivery_->append(
      channel, delivery.attempt_id, std::move(item),
      [this, channel, answers, attempt = delivery.attempt_id](base::Result<model::Item> appended) {
        if (!appended) truth_.items_refused.insert(attempt);
        lane_.post([this, attempt] { appending_.erase(attempt); });
        if (!answers) return;
        lane_.post([this, channel, attempt, ok = appended.has_value()] {
          answer(
              channel, attempt,
              ok ? Outcome{OutcomeKind::accepted} : Outcome{OutcomeKind::retry, Reason::internal});
        });
      });
}

void SimChannels::answer(const std::string& channel, const std::string& attempt, Outcome outcome) {
  if (appending_.erase(attempt) != 0) truth_.items_refused.insert(attempt);
  const auto it = open_.find(attempt);
  if (it != open_.end()) {
    const auto op = std::move(it->second);
    open_.erase(it);
    lane_.cancel(op.alarm);
    return tell(channel, attempt, op.done, std::move(outcome));
  }
  // Ended by its deadline: what comes now is a receipt, as late_receipt() of plugin/outcome.cpp.
  if (outcome.kind == OutcomeKind::unknown ||
      stage_.scenario.channels.at(channel).sort != Sort::provider)
    return;
  model::ports::ChannelReceipt receipt;
  receipt.attempt_id = attempt;
  receipt.provider_id = outcome.provider_id;
  receipt.at = stage_.clock.now();
  receipt.kind = outcome.kind == OutcomeKind::delivered  ? model::ReceiptKind::delivered
                 : outcome.kind == OutcomeKind::accepted ? model::ReceiptKind::sent
                                                         : model::ReceiptKind::failed;
  receipt.outcome = std::move(outcome);
  stage_.story.tell("late answer of ", attempt);
  delivery_->receipts(channel, {std::move(receipt)}, [](auto) {});
}

void SimChannels::deadline(const std::string& attempt) {
  const auto it = open_.find(attempt);
  if (it == open_.end()) return;
  const auto op = std::move(it->second);
  open_.erase(it);
  stage_.story.tell("deadline of ", attempt);
  tell(op.channel, attempt, op.done,
       {op.idempotent ? OutcomeKind::retry : OutcomeKind::unknown, Reason::timeout});
}

void SimChannels::tell(const std::string& channel, const std::string& attempt,
                       const std::function<void(Outcome)>& done, Outcome outcome) {
  truth_.calls.push_back({stage_.clock.mono(),
                          stage_.clock.now(),
                          truth_.lives.size(),
                          channel,
                          attempt,
                          0,
                          {},
                          outcome});
  done(std::move(outcome));
}

void SimChannels::cancel(std::string_view attempt_id) {
  lane_.post([this, attempt = std::string{attempt_id}] {
    const auto it = open_.find(attempt);
    if (it == open_.end()) return;
    stage_.story.tell("cancel ", attempt);
    // A request that has not arrived is taken back, when the plugin cares to; anything else ends by
    // itself.
    if (const auto p = providers_.find(it->second.channel); p != providers_.end())
      if (stage_.dice.percent(70)) p->second.withdraw(attempt);
  });
}

void SimChannels::reconcile(std::string_view channel, model::Delivery delivery, std::string,
                            std::function<void(Outcome)> done) {
  stage_.later(stage_.dice.between(1ms, 2s),
               [this, life = std::weak_ptr{stage_.life}, name = std::string{channel},
                delivery = std::move(delivery), done = std::move(done)] {
                 if (life.expired()) return;
                 auto known =
                     providers_.at(name).asked_about(delivery.attempt_id, delivery.head.id);
                 stage_.story.tell("reconciled ", delivery.attempt_id, ": ", to_string(known.kind));
                 lane_.post([done, known = std::move(known)] { done(known); });
               });
}

void SimChannels::render(RenderRequest request,
                         std::function<void(base::Result<model::Rendered>)> done) {
  const auto takes = stage_.scenario.instant   ? Duration{0}
                     : stage_.dice.percent(85) ? stage_.dice.between(10us, 30ms)
                                               : stage_.dice.between(30ms, 8s);
  lane_.after(takes, [this, request = std::move(request), done] {
    if (stage_.fault(stage_.scenario.trouble / 6, "rendering"))
      return done(base::fail(base::Code::internal, "the template is broken"));
    model::Rendered out;
    out.parts["text/plain"] = request.kind + request.params_json;
    out.version = "1";
    done(out);
  });
}

}  // namespace herald::simulator
