// Asks a channel what became of an attempt that ended without a word (R6): with the address and the
// text it was made with, which after a restart come from the store.
#include <algorithm>

#include "delivery/rendering.hpp"
#include "delivery/work.hpp"

namespace herald::delivery {
namespace {

/// The address an attempt on this channel goes to: the first of the kinds it takes that the person
/// has. Whether it may be used now does not matter: nothing is sent.
model::Identity address_for(const model::ChannelInfo& channel,
                            const std::vector<model::Identity>& identities) {
  for (const auto& kind : channel.addresses) {
    const auto found = std::find_if(identities.begin(), identities.end(),
                                    [&](const auto& i) { return i.kind == kind; });
    if (found != identities.end()) return *found;
  }
  return {};
}

}  // namespace

void Dispatcher::reconcile(Work& work, model::AttemptRef attempt) {
  // Either may be missing; the channel is asked all the same, for it knows the attempt's id.
  need_.store.user(work.notification.head.user, [this, id = work.id(),
                                                 attempt](base::Result<store::User> user) {
    need_.store.rendering(
        id, attempt.run, attempt.step,
        [this, id, attempt, user = user ? std::move(*user) : store::User{}](
            base::Result<store::Apply::Rendering> stored) {
          need_.executor.post([this, id, attempt, user,
                               stored = stored ? std::move(*stored) : store::Apply::Rendering{}] {
            load(id, [this, attempt, user, stored](base::Result<Work*> loaded) {
              auto* still = loaded ? *loaded : nullptr;
              if (still != nullptr) ask_channel(*still, attempt, user, stored);
            });
          });
        });
  });
}

void Dispatcher::ask_channel(Work& work, model::AttemptRef attempt, store::User user,
                             const store::Apply::Rendering& rendering) {
  const auto& attempts = work.progress().attempts;
  const auto asked = std::find_if(attempts.begin(), attempts.end(),
                                  [&](const auto& a) { return model::ref(a) == attempt; });
  if (asked == attempts.end() || !asked->reconciling) return;
  auto delivery = delivery_of(work, attempt);
  user.identities.push_back({"user", std::to_string(work.notification.head.user)});
  if (const auto channel = need_.channels.channel(asked->channel))
    delivery.address = address_for(*channel, user.identities);
  delivery.identities = std::move(user.identities);
  delivery.rendered.reset();
  if (auto text = rendered_from_json(rendering.json))
    delivery.rendered = std::make_shared<const model::Rendered>(std::move(*text));
  need_.channels.reconcile(asked->channel, std::move(delivery), asked->provider_id,
                           [this, id = work.id(), attempt](model::Outcome outcome) {
                             need_.executor.post([this, id, attempt, outcome = std::move(outcome)] {
                               push_event(id, model::event::Reconciled{attempt, outcome});
                             });
                           });
}

}  // namespace herald::delivery
