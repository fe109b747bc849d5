#pragma once

#include "stage.hpp"
#include "truth.hpp"

namespace herald::simulator {

/// Who asks for notifications: with idempotency keys and without, again when no answer came, again
/// although one came, and at times with another body under the same key.
class Producers {
 public:
  Producers(Stage& stage, Truth& truth) : stage_{stage}, truth_{truth} {}
  /// Submits the seed's notifications over its window.
  void begin();
  /// One more, now.
  void one_more();
  /// Notifications that were acknowledged.
  std::size_t acknowledged() const;
  /// Somebody changes their mind.
  void cancel_one();
  const std::vector<std::string>& broken() const { return broken_; }

 private:
  struct Body {
    std::string to, priority, not_before, expires_at;
  };
  void submit(unsigned intent, unsigned tries);
  void answered(unsigned intent, unsigned tries, const std::string& id, const std::string& error);
  void other_body(unsigned intent);

  Stage& stage_;
  Truth& truth_;
  std::vector<Body> bodies_;  // by intent
  std::vector<std::string> broken_;
};

}  // namespace herald::simulator
