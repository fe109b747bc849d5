// The dispatcher's way through the gates: what stands before an attempt becomes an event, or a
// place in memory; what the attempt tells about its channel goes back to them.
#include <algorithm>

#include "base/faults.hpp"
#include "delivery/decide.hpp"
#include "delivery/poller.hpp"
#include "delivery/sharing.hpp"
#include "delivery/work.hpp"

namespace herald::delivery {
namespace {

constexpr unsigned kPage = 256;
/// While memory is full, what a resumed channel has waiting comes in this often.
constexpr model::Duration kFullPause{std::chrono::milliseconds{100}};
/// Pause before somebody is looked up again whom the store could not read.
constexpr model::Duration kLookAgain{std::chrono::seconds{1}};

}  // namespace

Gates::Want Dispatcher::want_of(const Work& work, const model::ChannelInfo& channel) const {
  const auto& head = work.notification.head;
  const auto& p = work.progress();
  const auto now = need_.clock.now();
  Gates::Want want;
  want.id = head.id;
  want.channel = channel.name;
  want.user = head.user;
  want.priority = head.priority;
  want.created = head.created;
  want.disturbs = channel.disturbs;
  want.time_zone = work.time_zone;
  if (p.state == model::State::trying) want.waited_for = p.reason;
  // As decide() counts try_for: from now when nobody has looked at the step yet (R5).
  const bool begun = p.state == model::State::trying && p.next_try > p.step_started;
  const auto since = begun ? p.step_started : now;
  want.waited = std::max(model::Duration{0}, now - since);
  const auto& step = *current_step(p, work.chain());
  const auto quiet = begun ? p.quiet : model::Duration{0};
  want.may_wait = std::min(since + step.try_for + quiet, p.expires) - now;
  return want;
}

/// Whether the way is free. Otherwise the work is where it has to be: left, sent away, or in line.
bool Dispatcher::pass(Work& work, Gates::Answer answer) {
  const auto id = work.id(), channel = work.at_gate;
  switch (answer.verdict) {
    case Gates::Verdict::open:
      return true;
    case Gates::Verdict::blocked:
      leave_step(work, answer.reason, true, std::move(answer.detail));
      return false;
    case Gates::Verdict::gated:
      leave_gate(work);
      release_slot(id);
      push_event(id, model::event::Gated{answer.reason, answer.until});
      return false;
    case Gates::Verdict::in_memory:
      // The slot is for those who may start; the line remembers the order.
      release_slot(id);
      if (!answer.displaced.empty()) wake({answer.displaced});
      call_line(channel);
      return false;
  }
  return false;
}

void Dispatcher::leave_gate(Work& work) {
  if (work.at_gate.empty()) return;
  gates_.forget(work.at_gate, work.id());
  template_breaker_.gave_up(work.id());
  work.at_gate.clear();
}

void Dispatcher::call_line(const std::string& channel) {
  const auto now = need_.clock.mono();
  const auto at = gates_.call_at(channel, now);
  if (at == base::MonoPoint::max() || calling_.contains(channel)) return;
  calling_[channel] = need_.executor.after(at - now, [this, channel] {
    calling_.erase(channel);
    if (const auto id = gates_.call(channel, need_.clock.mono()); !id.empty()) wake({id});
    // After it has taken its token.
    need_.executor.post([this, channel] { call_line(channel); });
  });
}

void Dispatcher::tell_outcome(const Work& work, model::AttemptRef attempt,
                              const model::Outcome& outcome) {
  const auto& channel = work.chain().steps.at(attempt.step).channel;
  gates_.outcome(channel, work.id(), outcome, need_.clock.mono());
  tell_breaker(channel);
}

void Dispatcher::trip(const std::string& channel) {
  gates_.trip(channel, need_.clock.mono());
  tell_breaker(channel);
}

void Dispatcher::tell_breaker(const std::string& channel) {
  const auto state = gates_.view(channel, need_.clock.mono()).breaker;
  auto& told = told_.try_emplace(channel, Breaker::State::closed).first->second;
  const bool open = state != Breaker::State::closed;
  if (open != (std::exchange(told, state) != Breaker::State::closed))
    need_.observer.breaker(channel, open);
}

bool Dispatcher::has_room(model::Priority priority) const {
  // What is urgent finds room also when a backlog of less has filled the memory.
  const auto reserved = priority >= model::Priority::high ? 0 : options_.held / 8;
  return works_.size() + reserved < options_.held;
}

void Dispatcher::know_recipient(Work& work, std::function<void(Work&)> then) {
  work.starting = true;
  need_.store.user(work.notification.head.user, [this, id = work.id(), then = std::move(then)](
                                                    base::Result<store::User> user) {
    need_.executor.post([this, id, then, user = std::move(user)]() mutable {
      auto* still = find(id);
      if (still == nullptr || !still->starting) return;
      if (!user && user.error().code == base::Code::unavailable) {
        // The store cannot be read: that says nothing about the person's addresses. Meanwhile the
        // limits of time go on, and the slot is for others.
        still->starting = false;
        leave_gate(*still);
        release_slot(id);
        need_.executor.after(kLookAgain, [this, id] {
          if (auto* waiting = find(id)) advance(*waiting);
        });
        return;
      }
      if (!user) return leave_step(*still, model::Reason::no_address, true, user.error().message);
      still->identities = std::move(user->identities);
      still->identity_states = std::move(user->states);
      still->identities.push_back({"user", std::to_string(user->id)});
      still->time_zone = std::move(user->time_zone);
      still->identities_known = true;
      then(*still);
    });
  });
}

void Dispatcher::load_pauses(std::function<void(base::Result<void>)> done) {
  need_.store.pauses(
      [this, done = std::move(done)](base::Result<std::vector<store::Pause>> pauses) {
        need_.executor.post([this, done, pauses = std::move(pauses)]() mutable {
          if (!pauses) return done(pauses.error());
          for (auto& pause : *pauses) gates_.pause(std::move(pause));
          done({});
        });
      });
}

/// Pauses and resumes as other nodes were told to.
void Dispatcher::follow_pauses() {
  need_.store.pauses([this, orders = pause_orders_](base::Result<std::vector<store::Pause>> read) {
    need_.executor.post([this, orders, read = std::move(read)]() mutable {
      if (!read || orders != pause_orders_ || !working_) return;
      auto over = gates_.paused();
      for (auto& pause : *read) {
        over.erase(pause.channel);
        gates_.pause(std::move(pause));
      }
      for (const auto& channel : over) {
        gates_.resume(channel);
        lift(channel, {});
      }
    });
  });
}

void Dispatcher::pause(store::Pause pause, store::Done<store::Nothing> done) {
  need_.store.put_pause(pause, [this, pause, done](base::Result<store::Nothing> stored) {
    need_.executor.post([this, pause, done, stored] {
      ++pause_orders_;
      if (stored) {
        gates_.pause(pause);
        sharing_->tell_settings();
      }
      done(stored);
    });
  });
}

void Dispatcher::resume(std::string channel, store::Done<store::Nothing> done) {
  need_.store.remove_pause(channel, [this, channel, done](base::Result<store::Nothing> removed) {
    need_.executor.post([this, channel, done, removed] {
      ++pause_orders_;
      // One that the store does not know any more goes on too: an earlier answer was lost.
      if (removed || removed.error().code == base::Code::not_found) {
        gates_.resume(channel);
        if (!HERALD_MUTANT("pause_not_lifted")) lift(channel, {});
        sharing_->tell_settings();
      }
      done(removed);
    });
  });
}

/// Lets go on, page by page, what waits for a channel that is not paused (any more).
void Dispatcher::lift(std::string channel, std::string after) {
  if (!working_ || gates_.view(channel, need_.clock.mono()).paused) return;
  if (works_.size() >= options_.held) {
    need_.executor.after(kFullPause, [this, channel, after] { lift(channel, after); });
    return;
  }
  need_.store.paused_at(
      channel, after, kPage,
      [this, channel, after](base::Result<std::vector<model::Notification>> page) {
        need_.executor.post([this, channel, after, page = std::move(page)] {
          if (!page) {
            need_.executor.after(kLookAgain, [this, channel, after] { lift(channel, after); });
            return;
          }
          if (page->empty()) return;
          for (const auto& n : *page)
            push_event(n.head.id, model::event::Gated{model::Reason::paused, need_.clock.now()});
          const auto last = page->back().head.id;
          push(last, Pending{{}, {}, {}, [this, channel, last](const auto&) {
                               need_.executor.post([this, channel, last] { lift(channel, last); });
                             }});
        });
      });
}

/// A pause that was lifted while it was being recorded that this one is held by it: lift() has
/// passed by.
void Dispatcher::lift_late(const Work& work) {
  const auto& p = work.progress();
  if (!working_ || p.state != model::State::trying || p.reason != model::Reason::paused ||
      p.next_try <= need_.clock.now() || HERALD_MUTANT("pause_not_lifted"))
    return;
  const auto* step = current_step(p, work.chain());
  if (step == nullptr || gates_.view(step->channel, need_.clock.mono()).paused) return;
  push_event(work.id(), model::event::Gated{model::Reason::paused, need_.clock.now()});
}

void Dispatcher::ask_gates(Gates::Want want, std::function<void(Gates::Answer)> done) {
  need_.executor.post(
      [this, want = std::move(want), done = std::move(done)] { done(gates_.ask(want, moment())); });
}

void Dispatcher::channels_now(
    std::function<void(std::unordered_map<std::string, ChannelNow>)> done) {
  need_.executor.post([this, done = std::move(done)] {
    std::unordered_map<std::string, ChannelNow> out;
    for (const auto& info : need_.channels.channels())
      out[info.name] = {slots_.taken(info.name), gates_.view(info.name, need_.clock.mono())};
    done(std::move(out));
  });
}

}  // namespace herald::delivery
