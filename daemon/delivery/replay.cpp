#include "delivery/replay.hpp"

#include <stdexcept>

namespace herald::delivery {

unsigned Replay::run_of(const model::Event& event) const {
  const bool begins = std::holds_alternative<model::event::Redrive>(event) &&
                      progress_.state == model::State::undelivered;
  return progress_.run + (begins ? 1 : 0);
}

base::Result<void> Replay::play(const model::Event& event, const model::Chain& chain,
                                model::TimePoint at) {
  try {
    progress_ = decide(progress_, event, chain, at).next;
  } catch (const std::logic_error& error) {
    return base::fail(base::Code::internal, error.what());
  }
  return {};
}

}  // namespace herald::delivery
