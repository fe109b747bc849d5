#include "store/postgresql/membership.hpp"

#include <algorithm>
#include <utility>

#include "base/faults.hpp"
#include "store/answering.hpp"
#include "store/postgresql/session.hpp"
#include "store/postgresql/words.hpp"

namespace herald::store::postgresql {
namespace {

using std::chrono::milliseconds;

/// After a round that failed.
constexpr milliseconds kAgain{250};
/// At the soonest after another.
constexpr milliseconds kLeast{20};
constexpr std::chrono::seconds kLook{1};
/// Between two rounds at most: what a lost word hides is found by then.
constexpr milliseconds kUsual{2000};
/// How long a lost word may hide that somebody's identity changed hands.
constexpr std::chrono::seconds kPeopleLook{10};

/// Each node's fair part, rounded up.
unsigned fair(unsigned nodes) { return (kShares + nodes - 1) / nodes; }

/// The highest of them, but never the periodic one: who has it keeps it to the end.
Shares surplus(Shares held, unsigned most) {
  Shares out = 0;
  for (unsigned share = kShares - 1; share > kPeriodicShare && count(held & ~out) > most; --share)
    if (has(held, share)) out |= Shares{1} << share;
  return out;
}

base::MonoPoint mono() { return base::Clock::system().mono(); }

}  // namespace

Membership::Membership(const Address& address, Watchdog& watchdog, Connection& opened)
    : address_(address), watchdog_(watchdog), lease_(*address.lease) {
  const auto asked = Steady::now();
  opened.begin();
  const auto from = mono();
  const auto [fence, there] = enter_node(opened, lease_.options());
  steer(from, there);
  const auto nodes = other_nodes(opened, fence).count + 1;
  const auto claimed = claim_shares(opened, fence, fair(nodes));
  HERALD_POINT("pg.node_entering");
  opened.commit();
  lease_.joined(fence);
  lease_.renewed(asked);
  lease_.hold_shares(claimed.shares);
  after_death_ = claimed.after_death;
  others_ = nodes > 1;
  renewed_ = steady_since_ = asked;
  listener_ = std::make_unique<Listener>(address_, watchdog_, Listener::Channel::nodes,
                                         [this](const char* payload) { heard(payload); });
  tell({});
  thread_ = std::thread{[this] { loop(); }};
}

void Membership::stop() {
  {
    const std::lock_guard lock{mutex_};
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
  std::unique_ptr<Listener> gone;  // ends outside the lock, which what it hears needs
  {
    const std::lock_guard lock{mutex_};
    gone = std::move(listener_);
  }
}

void Membership::on_news(Hears hears) {
  const auto shared = std::make_shared<const Hears>(std::move(hears));
  {
    const std::lock_guard lock{mutex_};
    hears_ = shared;
  }
  answering([&] { shared->shares(); });
}

std::shared_ptr<const NodeStore::Hears> Membership::hears() const {
  const std::lock_guard lock{mutex_};
  return hears_;
}

NodeStore::Opening Membership::to_open() {
  const auto shares = lease_.begin_opening();
  const std::lock_guard lock{mutex_};
  return {shares, shares != 0 && std::exchange(after_death_, false)};
}

void Membership::left(Shares shares) {
  {
    const std::lock_guard lock{mutex_};
    give_back_ |= shares;
    soon_ = true;
  }
  wake_.notify_all();
}

void Membership::tell(Word word) {
  const std::lock_guard lock{mutex_};
  if (others_ && listener_)
    listener_->say(payload_of(lease_.fence(), word), payload_of(lease_.fence(), {}));
}

void Membership::nodes(Done<std::vector<Node>> done) {
  bool closing = false;
  {
    const std::lock_guard lock{mutex_};
    closing = stopping_;
    if (!closing) asked_.push_back(done);
    soon_ = true;
  }
  wake_.notify_all();
  if (closing) done(base::fail(base::Code::unavailable, "the store is closing"));
}

void Membership::heard(const char* payload) {
  Word word;  // a new connection: some may have been missed
  if (payload != nullptr) {
    const auto said = heard_from(payload);
    if (!said || said->fence == lease_.fence()) return;
    word = said->word;
  }
  if (word.kind == Word::Kind::people || word.kind == Word::Kind::everything) ++people_changes_;
  if (word.kind == Word::Kind::everything) {
    // Also what a node says that came or goes.
    {
      const std::lock_guard lock{mutex_};
      soon_ = true;
    }
    wake_.notify_all();
  }
  if (const auto hears = this->hears()) hears->word(word);
}

void Membership::loop() {
  milliseconds pause = kLeast;
  std::unique_lock lock{mutex_};
  for (;;) {
    wake_.wait_for(lock, pause, [this] { return stopping_ || soon_; });
    if (stopping_) break;
    soon_ = false;
    lock.unlock();
    try {
      pause = round();
    } catch (const SqlError&) {
      db_.reset();
      pause = kAgain;
    } catch (const std::bad_alloc&) {
      db_.reset();
      pause = kAgain;
    }
    answer_asked();
    lock.lock();
    if (is_lost_) break;
  }
  lock.unlock();
  answer_asked();
  if (is_lost_) return;
  // One try: who does not leave is found dead by its lease.
  try {
    if (!db_) db_ = connect(address_, watchdog_, Use::write);
    db_->begin();
    leave_node(*db_, lease_.fence());
    HERALD_POINT("pg.node_leaving");
    db_->commit();
    tell({});
    // The word goes out with the listener, which is given the time for it.
    std::this_thread::sleep_for(kLeast);
  } catch (const SqlError&) {
  }
}

milliseconds Membership::give_up(const char* why) {
  lease_.lost();
  const auto hears = this->hears();
  {
    const std::lock_guard lock{mutex_};
    is_lost_ = true;
  }
  if (hears) answering([&] { hears->lost(why); });
  return kAgain;
}

milliseconds Membership::round() {
  if (!db_) db_ = connect(address_, watchdog_, Use::write);
  const auto fence = lease_.fence();
  const auto asked = Steady::now();
  // After a time in which nobody could renew, everybody gets the time to do so.
  if (asked - renewed_ > lease_.options().lease) steady_since_ = asked;
  db_->begin();
  const auto from = mono();
  const auto there = renew_lease(*db_, fence, lease_.options().lease);
  if (!there) {
    db_->exec("ROLLBACK");
    return give_up("another node took over the work of this one, whose lease was over");
  }
  steer(from, *there);
  if (asked - people_looked_ >= kPeopleLook) {
    people_looked_ = asked;
    ++people_changes_;
  }
  const bool takes_over = asked - steady_since_ >= lease_.options().lease;
  if (takes_over) remove_dead(*db_, fence);
  Shares back = 0;
  {
    const std::lock_guard lock{mutex_};
    back = give_back_;
  }
  if (back != 0) free_shares(*db_, fence, back);
  const auto others = other_nodes(*db_, fence);
  const auto most = fair(others.count + 1);
  const auto kept = shares_of(*db_, fence);
  Claimed claimed;
  if (count(kept) < most) claimed = claim_shares(*db_, fence, most - count(kept));
  const auto held = kept | claimed.shares;
  HERALD_POINT("pg.node_renewing");
  db_->commit();

  lease_.renewed(asked);
  renewed_ = asked;
  const bool changed = held != lease_.held();
  lease_.hold_shares(kept);  // one that was given back and comes again is opened anew
  lease_.hold_shares(held);
  const auto leave = lease_.leaving() != 0 ? Shares{0} : surplus(held, most);
  lease_.leave(leave);
  {
    const std::lock_guard lock{mutex_};
    give_back_ &= ~back;
    after_death_ = after_death_ || claimed.after_death;
    others_ = others.count > 0;
  }
  if (back != 0) tell({});
  if (const auto hears = this->hears()) {
    if (changed || leave != 0) answering([&] { hears->shares(); });
    if (asked - looked_ >= kLook) {
      looked_ = asked;
      answering([&] { hears->look(); });
    }
  }
  const auto until_end = std::chrono::duration_cast<milliseconds>(others.first_end) + kLeast;
  const auto usual =
      std::min(std::chrono::duration_cast<milliseconds>(lease_.options().lease / 5), kUsual);
  return takes_over ? std::clamp(until_end, kLeast, usual) : usual;
}

void Membership::steer(base::MonoPoint from, base::TimePoint there) const {
  if (auto* clock = lease_.options().clock) clock->steer(from, mono(), there);
}

void Membership::answer_asked() {
  std::vector<Done<std::vector<Node>>> asked;
  {
    const std::lock_guard lock{mutex_};
    asked.swap(asked_);
  }
  if (asked.empty()) return;
  base::Result<std::vector<Node>> answer =
      base::fail(base::Code::unavailable, "the database cannot be read; try again later");
  try {
    if (db_) answer = all_nodes(*db_, lease_.fence());
  } catch (const SqlError&) {
    db_.reset();
  }
  for (const auto& done : asked) answering([&] { done(answer); });
}

}  // namespace herald::store::postgresql
