// The person's answer, recorded: the first valid one stands (R24).
#include "delivery/work.hpp"

namespace herald::delivery {
namespace {

/// The attempt that asked, for the evidence: the latest on the channel the answer came by, else the
/// latest one that somebody may have seen.
const model::Attempt* asked_by(const model::Progress& progress, std::string_view channel) {
  const model::Attempt* best = nullptr;
  const auto rank = [&](const model::Attempt& a) {
    if (a.channel == channel) return 3;
    if (a.reaches_nobody) return 0;
    return !a.failed || a.evidence >= model::Evidence::delivered ? 2 : 1;
  };
  for (const auto& attempt : progress.attempts)
    if (best == nullptr || rank(attempt) >= rank(*best)) best = &attempt;
  return best;
}

}  // namespace

void Dispatcher::answer(Choice choice, std::function<void(base::Result<model::Answer>)> done) {
  need_.executor.post([this, choice = std::move(choice), done = std::move(done)] {
    load(choice.notification, [this, choice, done](base::Result<Work*> loaded) {
      if (!loaded) return done(loaded.error());
      choose(**loaded, choice, done);
    });
  });
}

void Dispatcher::choose(Work& work, const Choice& choice,
                        std::function<void(base::Result<model::Answer>)> done) {
  if (work.progress().answer) return done(*work.progress().answer);
  // Another one is on its way to the disk: what becomes of it decides.
  if (work.answering)
    return push(
        work.id(),
        Pending{{}, {}, {}, [this, choice, done](const base::Result<store::Applied>& other) {
                  if (!other) return done(other.error());
                  choose(*find(choice.notification), choice, done);
                }});
  const auto* attempt = asked_by(work.progress(), choice.channel);
  if (attempt == nullptr)
    return done(base::fail(base::Code::conflict, "nobody was asked this yet"));
  work.answering = true;
  push(work.id(),
       Pending{
           model::event::Answered{model::ref(*attempt), choice.action, choice.channel, choice.said},
           {},
           {},
           [this, id = work.id(), done](const base::Result<store::Applied>& applied) {
             if (auto* still = find(id)) still->answering = false;
             if (!applied) return done(applied.error());
             const auto& answer = applied->notification.progress.answer;
             if (answer) return done(*answer);
             done(base::fail(base::Code::conflict, "this can no longer be answered"));
           }});
}

}  // namespace herald::delivery
