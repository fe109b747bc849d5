#pragma once

#include <functional>
#include <string>

#include "base/result.hpp"
#include "model/types.hpp"

namespace herald::model::ports {

/// Who an identity belongs to. Implemented by the room directory/. Any thread in, a core thread
/// out.
class Directory {
 public:
  virtual ~Directory() = default;
  template <class T>
  using Done = std::function<void(base::Result<T>)>;

  /// A user id or a phone in any usual spelling (webchat-api): the identity it names, normalised;
  /// invalid when it is neither.
  virtual base::Result<Identity> parse(std::string_view spelled) const = 0;
  /// Normalises an identity given as kind and value (phone -> E.164).
  virtual base::Result<Identity> normalise(Identity) const = 0;
  /// 0: nobody has it.
  virtual void resolve(Identity, Done<UserId>) = 0;
  /// Whether it is that person's. An implementation takes as long for another's as for nobody's:
  /// the time would say who exists.
  virtual void is_of(Identity identity, UserId person, Done<bool> done) {
    resolve(std::move(identity), [person, done = std::move(done)](base::Result<UserId> user) {
      if (!user) return done(user.error());
      done(*user != 0 && *user == person);
    });
  }
  virtual void learn(Identity known, Identity also, Done<bool>) = 0;
  /// state: reachable, unreachable, opted_in, opted_out.
  virtual void mark(Identity, std::string state, TimePoint until, Done<bool>) = 0;
};

}  // namespace herald::model::ports
