// people.hpp - the 24-hour window, consent and reachability of people: what was heard of them, and
// what the directory is told.
// Owns: the channel's rows in the key-value store, one a person and address; no memory of its own,
// so that all nodes agree. Runs on: the instance's strand.
// Never: lets a failure of the directory stand in the way of a person it does not know.
#pragma once

#include <functional>

#include "notice.hpp"
#include "people/person.hpp"
#include "settings/settings.hpp"

namespace whatsapp {

class People {
 public:
  /// True: it is committed. False: it could not be and must come again.
  using Told = herald::Callback<bool>;
  /// Nothing: it cannot be told now.
  using Found = herald::Callback<std::optional<Person>>;

  explicit People(herald::Host host) : host_{std::move(host)} {}

  /// What is known of the recipient, over all their addresses.
  void find(const herald::Message& message, Found done) const;
  /// Somebody wrote: their window is open, they can be reached, and have agreed unless they had
  /// taken it back or say a stop word. Their user id is learnt.
  void wrote(const Inbound& message, const Settings& settings, Told done) const;
  /// The provider says that the window of that person is closed.
  void closed(const Address& whom, Told done) const;
  /// Tells the directory to leave an address alone.
  void avoid(const Address& whom, Remember remember, std::chrono::seconds quarantine,
             Told done) const;
  /// The provider knows `phone` under another number (Brazil, Mexico): both are the same person.
  void also_known(const std::string& phone, const std::string& wa_phone) const;

 private:
  using Change = std::function<void(Person&)>;
  struct Mark {
    herald_reachability state;
    int64_t until_unix_ms = 0;
  };
  void change(std::string key, Change change, Told done, int tries = 5) const;
  void change_all(const Address& whom, Change change, Told done) const;
  void learn(const Address& whom, Told done) const;
  void mark(const Address& whom, std::vector<Mark> marks, Told done) const;

  herald::Host host_;
};

}  // namespace whatsapp
