#pragma once

#include "delivery/dispatcher.hpp"

namespace herald::delivery {

/// This node's part of the work: which recipients are its own, what it does with shares that come
/// and go, what it tells the others and hears of them. Alone it works on everything and says
/// nothing. Belongs to the delivery thread.
class Dispatcher::Sharing {
 public:
  explicit Sharing(Dispatcher& dispatcher) : d_{dispatcher} {}

  void start();
  /// Whether attempts and timers of that recipient's notifications are up to this node. News about
  /// them is recorded by whichever node hears it.
  bool mine(model::UserId user) const {
    return d_.need_.nodes == nullptr || d_.need_.nodes->works_on(user);
  }
  bool mine(const Work& work) const;

  void shares_changed();
  void heard(const store::Word& word);
  /// The channels' rates are divided as the recipients are.
  void configure_gates();

  void tell_due() const { tell({store::Word::Kind::due, {}, 0}); }
  void tell_changed(const std::string& id) const { tell({store::Word::Kind::notification, id, 0}); }
  void tell_settings() const { tell({store::Word::Kind::settings, {}, 0}); }

 private:
  void tell(store::Word word) const {
    if (d_.need_.nodes != nullptr) d_.need_.nodes->tell(std::move(word));
  }
  void open();
  void leave();
  store::Shares busy() const;

  Dispatcher& d_;
  bool started_ = false, opening_ = false, leaving_ = false;
};

}  // namespace herald::delivery
