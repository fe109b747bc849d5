#include "store/progress.hpp"

#include <algorithm>

namespace herald::store {

model::Head head_of(const model::NewNotification& n, model::UserId user) {
  return {n.id,          n.producer,     n.kind,     n.type,    n.to,         user,
          n.params_json, n.content_json, n.priority, n.created, n.not_before, n.chain};
}

model::Progress first_progress(const model::Head& head, model::TimePoint expires) {
  model::Progress progress;
  progress.id = head.id;
  progress.reason =
      head.not_before > head.created ? model::Reason::not_before : model::Reason::submitted;
  progress.next_try = std::max(head.created, head.not_before);
  progress.due = std::min(progress.next_try, expires);
  progress.expires = expires;
  return progress;
}

bool owed(const model::Progress& p) {
  return std::any_of(p.attempts.begin(), p.attempts.end(),
                     [](const model::Attempt& a) { return a.in_flight || a.reconciling; });
}

std::string paused_channel(const model::Progress& progress, const model::Chain& chain) {
  const bool paused = progress.state == model::State::trying &&
                      progress.reason == model::Reason::paused && progress.in_flight() == nullptr;
  return paused && progress.step < chain.steps.size() ? chain.steps[progress.step].channel
                                                      : std::string{};
}

base::Error no_such_notification(std::string_view id) {
  return base::fail(base::Code::not_found,
                    "no notification has the id " + std::string{id.substr(0, 64)}, "id");
}

}  // namespace herald::store
