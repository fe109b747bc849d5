// Orders of people: cancel (R12) and redrive (R20).
#include "delivery/work.hpp"

namespace herald::delivery {

void Dispatcher::order(std::string id, model::Event event, model::ChainPtr new_chain,
                       store::Done<model::Notification> done) {
  need_.executor.post([this, id = std::move(id), event = std::move(event),
                       new_chain = std::move(new_chain), done = std::move(done)] {
    push(id, Pending{event,
                     {},
                     {},
                     [done](base::Result<store::Applied> applied) {
                       if (!applied) return done(applied.error());
                       for (const auto& effect : applied->effects)
                         if (const auto* refused = std::get_if<model::effect::Refused>(&effect))
                           return done(base::fail(base::Code::conflict, refused->why));
                       done(applied->notification);
                     },
                     new_chain});
  });
}

void Dispatcher::cancel(std::string id, std::string by, store::Done<model::Notification> done) {
  order(std::move(id), model::event::Cancel{std::move(by)}, nullptr, std::move(done));
}

void Dispatcher::redrive(std::string id, std::string by, model::ChainPtr chain, bool resend,
                         store::Done<model::Notification> done) {
  const auto expires = need_.clock.now() + chain->expires_after;
  order(std::move(id), model::event::Redrive{std::move(by), expires, resend}, std::move(chain),
        std::move(done));
}

}  // namespace herald::delivery
