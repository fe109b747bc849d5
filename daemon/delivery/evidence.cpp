// What channels and people report back: receipts, inbox items, evidence.
#include "base/faults.hpp"
#include "delivery/work.hpp"

#include "base/faults.hpp"

namespace herald::delivery {
namespace {

/// Receipts of one call are answered together: when the last is, with the latest error if any.
std::function<void(const base::Result<bool>&)> all_of(
    std::size_t count, std::function<void(base::Result<bool>)> done) {
  struct Counter {
    std::size_t left = 0;
    std::optional<base::Error> error;
  };
  return [counter = std::make_shared<Counter>(Counter{count, {}}),
          done = std::move(done)](const base::Result<bool>& result) {
    if (!result) counter->error = result.error();
    if (--counter->left > 0 || !done) return;
    if (counter->error)
      done(*counter->error);
    else
      done(true);
  };
}

const model::Attempt* find_attempt(const model::Progress& progress, model::AttemptRef wanted) {
  for (const auto& attempt : progress.attempts)
    if (model::ref(attempt) == wanted) return &attempt;
  return nullptr;
}

/// The latest attempt of the present run on that channel.
const model::Attempt* attempt_on(const model::Progress& progress, std::string_view channel) {
  for (auto it = progress.attempts.rbegin(); it != progress.attempts.rend(); ++it)
    if (it->run == progress.run && it->channel == channel) return &*it;
  return nullptr;
}

/// The latest attempt that put the notification into the person's inbox.
const model::Attempt* inbox_attempt(const model::Progress& progress) {
  for (auto it = progress.attempts.rbegin(); it != progress.attempts.rend(); ++it)
    if (it->inbox) return &*it;
  return nullptr;
}

bool put_into_inbox(const model::Progress& progress, model::AttemptRef attempt) {
  const auto* known = find_attempt(progress, attempt);
  return known != nullptr && known->inbox;
}

/// The channel that an attempt of the present run is for; empty when there is no such step.
std::string_view channel_of(const model::Notification& notification, model::AttemptRef attempt) {
  const auto& steps = notification.head.chain->steps;
  const bool present = attempt.run == notification.progress.run && attempt.step < steps.size();
  return present ? std::string_view{steps[attempt.step].channel} : std::string_view{};
}

model::event::Receipt receipt_event(const model::ports::ChannelReceipt& r,
                                    model::AttemptRef attempt) {
  return {attempt, r.kind, r.outcome, r.at, r.provider_id};
}

}  // namespace

void Dispatcher::receipts(std::string channel, std::vector<model::ports::ChannelReceipt> receipts,
                          Done<bool> done) {
  need_.executor.post(
      [this, channel = std::move(channel), receipts = std::move(receipts), done = std::move(done)] {
        if (receipts.empty()) return done(true);
        HERALD_POINT("delivery.receipts");
        auto answer = done;
        if (HERALD_MUTANT("receipt_answered_before_commit")) std::exchange(answer, nullptr)(true);
        const auto one = all_of(receipts.size(), std::move(answer));
        for (const auto& receipt : receipts) receive(channel, receipt, one);
      });
}

void Dispatcher::record_receipt(const std::string& id, model::event::Receipt receipt,
                                std::function<void(base::Result<bool>)> done) {
  push(id, Pending{std::move(receipt),
                   {},
                   {},
                   [done = std::move(done)](const base::Result<store::Applied>& applied) {
                     if (applied)
                       done(true);
                     else
                       done(applied.error());
                   }});
}

void Dispatcher::receive(const std::string& channel, const model::ports::ChannelReceipt& receipt,
                         std::function<void(base::Result<bool>)> done) {
  if (const auto named = model::parse_attempt_id(receipt.attempt_id)) {
    const model::AttemptRef attempt{named->run, named->step, named->number};
    return load(named->notification, [this, channel, receipt, attempt,
                                      done](base::Result<Work*> loaded) {
      // Whose it is cannot be told now: it must come again.
      if (!loaded && loaded.error().code != base::Code::not_found) return done(loaded.error());
      auto* work = loaded ? *loaded : nullptr;
      const auto* known = work == nullptr ? nullptr : find_attempt(work->progress(), attempt);
      // The attempt of the short cut is not recorded yet: its Due goes before.
      if (known != nullptr ? known->channel == channel
                           : work != nullptr && work->in_flight == attempt &&
                                 channel_of(work->notification, attempt) == channel)
        return record_receipt(work->id(), receipt_event(receipt, attempt), done);
      // Nor is one whose short cut a crash ended before anything was recorded.
      if (known == nullptr && work != nullptr && channel_of(work->notification, attempt) == channel)
        return receive_unrecorded(*work, channel, receipt, attempt, done);
      // A channel may only speak of its own attempts.
      need_.observer.trouble("receipt.foreign",
                             "channel " + channel + " reported on an attempt that is not its own",
                             "");
      done(false);
    });
  }
  if (receipt.provider_id.empty()) return done(false);
  const store::AttemptLookup lookup{channel, receipt.provider_id, {}};
  need_.store.find_attempt(
      lookup, [this, receipt, lookup, done](base::Result<store::FoundAttempt> found) {
        need_.executor.post([this, receipt, lookup, done, found = std::move(found)] {
          if (found)
            return record_receipt(found->first, receipt_event(receipt, found->second), done);
          if (found.error().code != base::Code::not_found) return done(found.error());
          park(lookup, receipt_event(receipt, {}), done);
        });
      });
}

/// What the person gave evidence of is the same message, made by whichever attempt on that channel.
/// That it failed is news of another only where the provider says that it is the same.
void Dispatcher::receive_unrecorded(const Work& work, const std::string& channel,
                                    const model::ports::ChannelReceipt& receipt,
                                    model::AttemptRef attempt,
                                    std::function<void(base::Result<bool>)> done) {
  const auto& progress = work.progress();
  const auto* other = attempt_on(progress, channel);
  if (other != nullptr && receipt.kind != model::ReceiptKind::failed)
    return record_receipt(work.id(), receipt_event(receipt, model::ref(*other)), std::move(done));
  for (const auto& a : progress.attempts)
    if (!receipt.provider_id.empty() && a.provider_id == receipt.provider_id &&
        a.channel == channel)
      return record_receipt(work.id(), receipt_event(receipt, model::ref(a)), std::move(done));
  park({channel, {}, receipt.attempt_id}, receipt_event(receipt, attempt), std::move(done));
}

void Dispatcher::park(const store::AttemptLookup& lookup, const model::event::Receipt& receipt,
                      std::function<void(base::Result<bool>)> done) {
  need_.store.park_receipt(
      lookup, receipt, need_.clock.now(),
      [this, receipt, done](base::Result<std::optional<store::FoundAttempt>> parked) {
        if (!parked) return done(parked.error());
        HERALD_POINT("delivery.parked");
        if (!*parked) return done(true);
        // It was recorded since we looked.
        need_.executor.post([this, receipt = receipt, known = std::move(**parked), done]() mutable {
          receipt.attempt = known.second;
          record_receipt(known.first, std::move(receipt), done);
        });
      });
}

void Dispatcher::append(std::string channel, std::string attempt_id, model::NewItem item,
                        Done<model::Item> done) {
  need_.executor.post([this, channel = std::move(channel), attempt_id = std::move(attempt_id),
                       item = std::move(item), done = std::move(done)]() mutable {
    const auto named = model::parse_attempt_id(attempt_id);
    auto* work = named ? find(named->notification) : nullptr;
    const model::AttemptRef attempt =
        named ? model::AttemptRef{named->run, named->step, named->number} : model::AttemptRef{};
    if (work == nullptr || work->in_flight != attempt ||
        work->chain().steps.at(attempt.step).channel != channel)
      return done(base::fail(base::Code::conflict,
                             "this attempt is not being delivered on this channel any more"));
    HERALD_POINT("delivery.append");
    item.user = work->notification.head.user;
    item.notification = work->id();
    work->appended = attempt;
    work->appending = true;
    model::Outcome outcome;
    outcome.kind = model::OutcomeKind::accepted;
    auto asks = work->rendered ? work->rendered->actions : std::vector<model::Action>{};
    push(work->id(),
         Pending{model::event::Completed{attempt, std::move(outcome), true},
                 std::move(item),
                 {},
                 [this, id = work->id(), attempt,
                  done = std::move(done)](const base::Result<store::Applied>& applied) {
                   auto* still = find(id);
                   if (still != nullptr && still->appended == attempt) still->appending = false;
                   if (applied && applied->item) return done(*applied->item);
                   // Its commit had been in doubt: the item is there, its numbers were not told.
                   if (applied && put_into_inbox(applied->notification.progress, attempt)) {
                     model::Item known;
                     known.user = applied->notification.head.user;
                     known.notification = id;
                     return done(std::move(known));
                   }
                   if (still != nullptr && still->appended == attempt) {
                     still->appended.reset();
                     still->store_failed = true;
                   }
                   done(applied ? base::fail(base::Code::internal, "the store gave no item")
                                : applied.error());
                 },
                 {},
                 // A store that is away costs the channel no attempt: it waits for it.
                 true,
                 std::move(asks)});
  });
}

void Dispatcher::inbox_evidence(std::vector<std::string> notifications, model::Evidence level,
                                Done<bool> done) {
  need_.executor.post(
      [this, notifications = std::move(notifications), level, done = std::move(done)] {
        HERALD_POINT("delivery.inbox_evidence");
        if (notifications.empty() && done) return done(true);
        const auto one = all_of(notifications.size(), done);
        for (const auto& id : notifications) {
          load(id, [this, level, one](base::Result<Work*> loaded) {
            if (!loaded) return one(loaded.error());
            auto& work = **loaded;
            if (inbox_attempt(work.progress()) != nullptr) return record_seen(work, level, one);
            // The item is there, so what is known of its attempt is old: its commit was in doubt.
            push(work.id(), Pending{{},
                                    {},
                                    {},
                                    [this, id = work.id(), level,
                                     one](const base::Result<store::Applied>& applied) {
                                      if (!applied) return one(applied.error());
                                      record_seen(*find(id), level, one);
                                    }});
          });
        }
      });
}

/// What the person gave evidence of, for the attempt that put it into the inbox.
void Dispatcher::record_seen(Work& work, model::Evidence level, const Done<bool>& done) {
  const auto* attempt = inbox_attempt(work.progress());
  if (attempt == nullptr || attempt->evidence >= level) return done(true);
  const auto kind =
      level >= model::Evidence::read ? model::ReceiptKind::read : model::ReceiptKind::delivered;
  record_receipt(work.id(),
                 model::event::Receipt{model::ref(*attempt), kind, {}, need_.clock.now(), {}},
                 done);
}

void Dispatcher::evicted(const std::vector<std::string>& ids) {
  for (const auto& id : ids) {
    load(id, [this](base::Result<Work*> loaded) {
      auto* work = loaded ? *loaded : nullptr;
      if (work == nullptr || work->progress().state != model::State::waiting) return;
      // Only the step that waits for this very item is left; a later step has its own reasons to
      // wait.
      const auto* attempt = inbox_attempt(work->progress());
      const auto& p = work->progress();
      if (attempt == nullptr || attempt->run != p.run || attempt->step != p.step) return;
      push_event(work->id(), model::event::Blocked{model::Reason::evicted, true,
                                                   "pushed out of the inbox by newer ones"});
    });
  }
}

}  // namespace herald::delivery
