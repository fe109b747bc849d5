#pragma once

#include "stage.hpp"
#include "truth.hpp"

namespace herald::simulator {

/// The recipients, as they use the inbox: they look now and then, read some of it, clear it at
/// times.
class People {
 public:
  People(Stage& stage, Truth& truth) : stage_{stage}, truth_{truth} {}
  /// Creates them in a fresh store: `done` when all are there.
  void move_in(std::function<void()> done);
  /// From now on they look into their inboxes.
  void live();

 private:
  void looks(model::UserId user);
  void clears(model::UserId user);
  void sees(model::UserId user, std::vector<std::string> notifications, model::Evidence level);
  /// As a client does that shows items: until the daemon acknowledges it.
  void tell(model::UserId user, std::vector<std::string> notifications, model::Evidence level);

  Stage& stage_;
  Truth& truth_;
  std::map<model::UserId, std::set<std::string>> had_;  ///< what each has been shown
  std::map<model::UserId, unsigned> clearing_;          ///< under way
};

}  // namespace herald::simulator
