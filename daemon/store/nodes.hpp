#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/steered_clock.hpp"
#include "model/types.hpp"
#include "store/done.hpp"

namespace herald::store {

/// Recipients are divided into this many shares. Each belongs to one node at a time, and only that
/// node works on their notifications: so everything about one recipient is in one memory.
constexpr unsigned kShares = 64;
/// A set of shares, by bit.
using Shares = uint64_t;
constexpr Shares kAllShares = ~Shares{0};
/// The share that whoever does the periodic work of all nodes has: webhooks, the outbox, what is
/// deleted when its time is over.
constexpr unsigned kPeriodicShare = 0;

/// The store's SQL says the same: kOfShares.
constexpr unsigned share_of(model::UserId user) {
  const auto id = static_cast<uint64_t>(user);
  return static_cast<unsigned>((id ^ (id >> 6) ^ (id >> 12)) % kShares);
}
constexpr bool has(Shares shares, unsigned share) { return (shares >> share & 1) != 0; }
unsigned count(Shares shares);

/// What makes a store one of several nodes on one database.
struct NodeOptions {
  std::string name;     ///< unique among the live ones
  std::string version;  ///< of the program
  /// How long a node that does not come back keeps its shares.
  base::Duration lease{std::chrono::seconds{10}};
  /// Steered by the clock of the database, which all nodes share; it outlives the store.
  base::SteeredClock* clock = nullptr;
};

/// A node, for people.
struct Node {
  int64_t fence = 0;  ///< given out once: a node that comes back has another
  std::string name, version;
  model::TimePoint started{};
  base::Duration left{0};  ///< of its lease, by the clock of the database; below 0: over
  unsigned shares = 0;
  bool periodic = false;  ///< it does the periodic work
  bool self = false;
};

/// What one node tells the others after a commit: ids, never content. It may get lost, and nobody
/// depends on it: everything is looked for now and then all the same.
struct Word {
  enum class Kind : char {
    due = 'd',           ///< something of yours is due
    notification = 'n',  ///< `id` was changed by another node
    inbox = 'i',         ///< of `user`
    journal = 'j',       ///< it has grown
    settings = 's',      ///< pauses or tokens
    people = 'p',        ///< who an identity belongs to
    everything = 'e',    ///< words were missed
  };
  Kind kind = Kind::everything;
  std::string id;
  model::UserId user = 0;
  friend bool operator==(const Word&, const Word&) = default;
};

/// The nodes of a store that others use too. Any thread may call.
class NodeStore {
 public:
  virtual ~NodeStore() = default;

  struct Hears {
    std::function<void()> shares;           ///< to_open() or to_leave() may have something
    std::function<void(const Word&)> word;  ///< of another node
    std::function<void()> look;             ///< every second or two: what a lost word may hide
    std::function<void(const std::string&)> lost;  ///< this node is one no more: nothing it does is
                                                   ///< recorded, so it has to end
  };
  /// Once, before the first use; called on threads of the store until close().
  virtual void on_news(Hears) = 0;

  /// Whether this node works on that recipient's notifications now. False for all when its lease is
  /// over by its own clock.
  virtual bool works_on(model::UserId) const = 0;
  /// The part of all recipients that this node works on: 0 to 1.
  virtual double part() const = 0;
  /// It does the periodic work; true until its end once it is.
  virtual bool periodic() const = 0;

  struct Opening {
    Shares shares = 0;         ///< 0: nothing
    bool after_death = false;  ///< of a node that did not leave in order
  };
  /// Shares that came to this node: in_flight() tells what is to be declared lost of them, until
  /// opened(). One opening at a time.
  virtual Opening to_open() = 0;
  virtual void opened() = 0;
  /// Shares that others are to have: works_on() is false for them, and left() is owed once nothing
  /// of them is under way.
  virtual Shares to_leave() const = 0;
  virtual void left(Shares) = 0;

  /// To the other nodes; dropped when there is none.
  virtual void tell(Word) = 0;
  virtual void nodes(Done<std::vector<Node>>) = 0;
};

/// A store that may be one of several.
class NodeHost {
 public:
  virtual ~NodeHost() = default;
  virtual NodeStore* node() = 0;
};
class Store;
/// That side of a store; nullptr when it is alone.
NodeStore* nodes_of(Store& store);

}  // namespace herald::store
