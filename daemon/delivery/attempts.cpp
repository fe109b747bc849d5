// The dispatcher's way to the channels: may it start, where to, with which text, and what came of
// it.
#include <algorithm>

#include "base/faults.hpp"
#include "delivery/address.hpp"
#include "delivery/clock_moves.hpp"
#include "delivery/decide.hpp"
#include "delivery/rendering.hpp"
#include "delivery/sharing.hpp"
#include "delivery/suspects.hpp"
#include "delivery/work.hpp"

namespace herald::delivery {
namespace {

/// From an attempt's deadline until its outcome is recorded, on a disk that is slow or comes back.
constexpr model::Duration kRecordedLate{std::chrono::seconds{60}};

/// R11: an attempt in flight is called back once.
bool overtaken_by_expiry(const model::Progress& p, model::TimePoint now) {
  return p.in_flight() != nullptr && !model::is_ended(p.state) && !p.expiry_passed &&
         !p.cancel_requested && now >= p.expires;
}

/// Somebody can answer what this attempt brings.
std::vector<model::Action> asks(const auto& work, const model::Step& step) {
  if (step.reaches_nobody || !work.rendered) return {};
  return work.rendered->actions;
}

}  // namespace

void Dispatcher::advance(Work& work) {
  clock_moves_->look();
  if (work.writing) return;
  if (!work.queue.empty()) return write(work);
  if (work.in_flight) {
    if (working_ && work.loaded && !work.unrecorded_due &&
        overtaken_by_expiry(work.progress(), need_.clock.now()))
      push_event(work.id(), model::event::Due{});
    return;
  }
  if (work.starting && working_) return;
  if (!working_ || !work.loaded || !sharing_->mine(work)) {
    release_slot(work.id());
    if (auto* still = find(work.id()); still != nullptr && still->queue.empty() && !still->writing)
      let_go(*still);
    return;
  }
  switch (what_is_due(work.progress(), work.chain(), need_.clock.now())) {
    case Next::nothing: {
      const auto id = work.id();
      release_slot(id);
      return let_go(work);
    }
    case Next::timer:
      return push_event(work.id(), model::event::Due{});
    case Next::attempt:
      return try_start(work);
  }
}

void Dispatcher::try_start(Work& work) {
  const auto& step = *current_step(work.progress(), work.chain());
  const auto channel = need_.channels.channel(step.channel);
  if (!channel)
    return leave_step(work, model::Reason::channel_removed, false,
                      "no channel of that name is configured any more");
  if (!channel->running)
    return leave_step(work, model::Reason::channel_disabled, true, channel->problem);
  const auto& head = work.notification.head;
  const auto want = want_of(work, *channel);
  if (!work.identities_known && gates_.needs_time_zone(want))
    return know_recipient(work, [this](Work& known) {
      known.starting = false;
      advance(known);
    });
  if (work.at_gate != step.channel) leave_gate(work);
  work.at_gate = step.channel;
  if (!pass(work, gates_.enter(want, moment()))) return;
  const bool taken = slots_.acquire(
      {head.id, head.priority, head.created, step.channel, head.user, channel->max_in_flight});
  wake(slots_.take_named());
  if (!taken) return;
  HERALD_POINT("delivery.slot_taken");
  if (!pass(work, gates_.take(want, moment()))) return;
  HERALD_POINT("delivery.gates_passed");
  work.starting = true;
  hand_over(work, *channel);
}

void Dispatcher::find_address(Work& work, const model::ChannelInfo& channel) {
  if (addresses_users(channel.addresses)) {
    work.address = model::Identity{"user", std::to_string(work.notification.head.user)};
    return render(work, channel);
  }
  if (!work.identities_known)
    return know_recipient(work, [this, channel](Work& known) {
      // Started anew for another step since.
      const auto* step = current_step(known.progress(), known.chain());
      if (step != nullptr && step->channel == channel.name) find_address(known, channel);
    });
  auto choice =
      choose_address(channel.addresses, work.identities, work.identity_states, need_.clock.now());
  if (!choice.address)
    return leave_step(work, choice.refused, choice.transient, std::move(choice.detail));
  work.address = std::move(choice.address);
  render(work, channel);
}

void Dispatcher::render(Work& work, const model::ChannelInfo& channel) {
  if (work.rendered_for_step()) return start_attempt(work);
  const auto step = work.progress().step, run = work.progress().run;
  auto ask_plugin = [this, id = work.id(), step, channel] {
    auto* still = find(id);
    if (still == nullptr || !still->starting) return;
    const auto& head = still->notification.head;
    const auto now = need_.clock.mono();
    if (!template_breaker_.lets(id, now))
      return rendered(id, step,
                      base::fail(base::Code::unavailable,
                                 "the template plugin failed lately and is not asked for a while"));
    template_breaker_.starts(id, now);
    need_.channels.render(
        {head.kind, head.params_json, head.content_json, options_.locale, options_.time_zone,
         channel.name, channel.formats},
        [this, id, step](base::Result<model::Rendered> result) {
          need_.executor.post([this, id, step, result = std::move(result)]() mutable {
            // What is wrong with this notification's text says nothing about the plugin.
            const bool broken = !result && (result.error().code == base::Code::internal ||
                                            result.error().code == base::Code::unavailable);
            if (broken)
              template_breaker_.failed(need_.clock.mono());
            else
              template_breaker_.succeeded();
            rendered(id, step, std::move(result));
          });
        });
  };
  const bool tried = std::any_of(work.progress().attempts.begin(), work.progress().attempts.end(),
                                 [&](const auto& a) { return a.run == run && a.step == step; });
  if (!tried) return ask_plugin();
  need_.store.rendering(
      work.id(), run, step,
      [this, id = work.id(), step, ask_plugin](base::Result<store::Apply::Rendering> stored) {
        need_.executor.post([this, id, step, ask_plugin, stored = std::move(stored)] {
          if (stored && !stored->json.empty())
            if (auto result = rendered_from_json(stored->json))
              return rendered(id, step, std::move(result));
          ask_plugin();
        });
      });
}

void Dispatcher::rendered(const std::string& id, unsigned step,
                          base::Result<model::Rendered> result) {
  auto* work = find(id);
  if (work == nullptr || !work->starting || work->progress().step != step) return;
  if (!result) {
    work->starting = false;
    push_event(id, model::event::RenderFailed{result.error().message});
    return release_slot(id);
  }
  HERALD_POINT("delivery.rendered");
  work->rendered = std::make_shared<const model::Rendered>(std::move(*result));
  work->rendered_run = work->progress().run;
  work->rendered_step = step;
  start_attempt(*work);
}

void Dispatcher::start_attempt(Work& work) {
  // Something else is being recorded: when that is done, advance() comes back with what is true
  // then.
  if (work.writing || !work.queue.empty()) {
    work.starting = false;
    return release_slot(work.id());
  }
  const auto now = need_.clock.now();
  if (!sharing_->mine(work) || model::is_ended(work.progress().state) ||
      what_is_due(work.progress(), work.chain(), now) != Next::attempt) {
    // It was cancelled, answered or ran out of time while the text was being made, or is another
    // node's now.
    work.starting = false;
    release_slot(work.id());
    return advance(work);
  }
  const auto& step = *current_step(work.progress(), work.chain());
  // Its Due is decided when the outcome is recorded: not where a limit of time may pass before
  // that, or the clock be set back to before a time of day, or the person would see what the store
  // has no attempt for.
  const auto recorded_at_the_latest = now + step.timeout + kRecordedLate;
  const bool starts_then =
      !waits_for_day(work.progress()) &&
      what_is_due(work.progress(), work.chain(), recorded_at_the_latest) == Next::attempt;
  if ((step.idempotent && starts_then) || HERALD_MUTANT("attempt_not_committed_first")) {
    const auto decision = decide(work.progress(), model::event::Due{}, work.chain(), now);
    for (const auto& effect : decision.effects) {
      if (const auto* start = std::get_if<model::effect::Start>(&effect)) {
        work.unrecorded_due = true;
        work.short_cut = start->attempt;
        return deliver(work, start->attempt);
      }
    }
  }
  push(work.id(),
       Pending{model::event::Due{},
               {},
               store::Apply::Rendering{work.rendered_run, work.rendered_step,
                                       work.rendered->version, rendered_to_json(*work.rendered)},
               {},
               {},
               false,
               asks(work, step)});
}

model::Delivery Dispatcher::delivery_of(const Work& work, model::AttemptRef attempt) const {
  const auto& step = work.chain().steps.at(attempt.step);
  model::Attempt named;
  named.run = attempt.run;
  named.step = attempt.step;
  named.number = attempt.number;
  model::Delivery delivery;
  delivery.attempt_id = model::attempt_id(work.id(), named);
  delivery.number = attempt.number;
  delivery.timeout = step.timeout;
  delivery.head = work.notification.head;
  delivery.address = work.address.value_or(model::Identity{});
  delivery.identities = work.identities;
  delivery.rendered = work.rendered;
  delivery.locale = options_.locale;
  delivery.time_zone = options_.time_zone;
  delivery.expires = work.progress().expires;
  return delivery;
}

void Dispatcher::deliver(Work& work, model::AttemptRef attempt) {
  work.starting = false;
  work.in_flight = attempt;
  work.appended.reset();
  work.appending = false;
  HERALD_POINT("delivery.before_deliver");
  need_.channels.deliver(
      work.chain().steps.at(attempt.step).channel, delivery_of(work, attempt),
      [this, id = work.id(), attempt](model::Outcome outcome) {
        need_.executor.post([this, id, attempt, outcome = std::move(outcome)]() mutable {
          completed(id, attempt, std::move(outcome));
        });
      });
  HERALD_POINT("delivery.after_deliver");
}

void Dispatcher::completed(const std::string& id, model::AttemptRef attempt,
                           model::Outcome outcome) {
  HERALD_POINT("delivery.completed");
  auto* work = find(id);
  const bool recorded =
      work != nullptr && work->appended == attempt && outcome.kind == model::OutcomeKind::accepted;
  if (work != nullptr && work->in_flight == attempt) {
    // That the store could not take the item, or not in time, says nothing about the channel.
    auto told = outcome;
    const bool waits_for_store = std::exchange(work->appending, false);
    if (std::exchange(work->store_failed, false) || waits_for_store)
      told.reason = model::Reason::cancelled_attempt;
    tell_outcome(*work, attempt, told);
    work->in_flight.reset();
  }
  std::optional<store::Apply::Rendering> rendering;
  const bool final =
      outcome.kind == model::OutcomeKind::accepted || outcome.kind == model::OutcomeKind::delivered;
  if (work != nullptr && work->unrecorded_due && !final && work->rendered)
    rendering = {work->rendered_run, work->rendered_step, work->rendered->version,
                 rendered_to_json(*work->rendered)};
  if (!recorded) {
    Pending pending{
        model::event::Completed{attempt, std::move(outcome)}, {}, std::move(rendering), {}};
    if (work != nullptr && work->unrecorded_due)
      pending.asks = asks(*work, work->chain().steps.at(attempt.step));
    push(id, std::move(pending));
  }
  release_slot(id);
  if (auto* still = find(id)) advance(*still);
  check_drained();
}

void Dispatcher::leave_step(Work& work, model::Reason reason, bool transient, std::string detail) {
  const auto id = work.id();
  work.starting = false;
  leave_gate(work);
  release_slot(id);
  push_event(id, model::event::Blocked{reason, transient, std::move(detail)});
}

void Dispatcher::release_slot(const std::string& id) {
  suspects_->handed_back(id);
  wake(slots_.release(id));
}

void Dispatcher::wake(const std::vector<std::string>& ids) {
  for (const auto& id : ids) {
    // Later, and not from within whoever released: a chain of releases must not become a deep
    // stack.
    need_.executor.post([this, id] {
      auto* work = find(id);
      if (work != nullptr && !work->starting) advance(*work);
    });
  }
}

}  // namespace herald::delivery
