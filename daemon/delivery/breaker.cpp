#include "delivery/breaker.hpp"

#include <algorithm>

namespace herald::delivery {

Breaker::State Breaker::state(base::MonoPoint now) const {
  if (!open_) return State::closed;
  return now < until_ ? State::open : State::half_open;
}

bool Breaker::lets(std::string_view id, base::MonoPoint now) const {
  if (!open_) return true;
  return now >= until_ && (probe_.empty() || probe_ == id);
}

void Breaker::starts(std::string_view id, base::MonoPoint now) {
  if (state(now) == State::half_open && probe_.empty()) probe_ = id;
}

void Breaker::gave_up(std::string_view id) {
  if (probe_ == id) probe_.clear();
}

void Breaker::succeeded() { *this = Breaker{}; }

void Breaker::failed(base::MonoPoint now) {
  if (open_) {
    // What was started before it opened tells nothing new.
    if (state(now) == State::half_open) open(now);
    return;
  }
  if (++failures_ >= kFailures) open(now);
}

void Breaker::trip(base::MonoPoint now) {
  if (state(now) != State::open) open(now);
}

void Breaker::open(base::MonoPoint now) {
  pause_ = pause_.count() == 0 ? kFirst : std::min(pause_ * 2, kLongest);
  open_ = true;
  until_ = now + pause_;
  probe_.clear();
}

std::string_view to_string(Breaker::State state) {
  switch (state) {
    case Breaker::State::closed:
      return "closed";
    case Breaker::State::open:
      return "open";
    case Breaker::State::half_open:
      return "half_open";
  }
  return "";
}

}  // namespace herald::delivery
