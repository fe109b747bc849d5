// Before a notification is handed to plugins: may it be the one that kills the daemon?
#include "delivery/suspects.hpp"
#include "delivery/work.hpp"

namespace herald::delivery {

void Dispatcher::hand_over(Work& work, const model::ChannelInfo& channel) {
  if (!suspects_->watches(work.notification)) return find_address(work, channel);
  suspects_->hand_over(work.id(), [this, id = work.id(), channel](Suspects::Verdict verdict) {
    auto* still = find(id);
    if (still == nullptr || !still->starting) return suspects_->handed_back(id);
    switch (verdict) {
      case Suspects::Verdict::hand_over:
        return find_address(*still, channel);
      case Suspects::Verdict::wait:
        still->starting = false;
        return wake(slots_.release(id));
      case Suspects::Verdict::set_aside:
        need_.observer.trouble("notification.set_aside",
                               "the daemon died each time this was handed to " + channel.name +
                                   "; it goes on without that step",
                               id);
        return leave_step(*still, model::Reason::killed_the_daemon, false,
                          "the daemon died five times while this was handed over");
    }
  });
}

}  // namespace herald::delivery
