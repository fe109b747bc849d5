#include "feed.hpp"

#include <algorithm>

namespace webchat {
namespace {

constexpr std::chrono::seconds kTick{1};
/// After a question the host did not answer.
constexpr std::chrono::seconds kAgain{1};

bool same_place(const std::optional<Cursor>& a, const std::optional<Cursor>& b) {
  if (!a || !b) return !a && !b;
  return a->epoch == b->epoch && a->seq == b->seq;
}

}  // namespace

const char* reason_of(End end) {
  switch (end) {
    case End::expired:
      return "expired";
    case End::revoked:
      return "revoked";
    case End::replaced:
      return "replaced";
    case End::slow:
      return "slow";
  }
  return "slow";
}

void Feeds::start() {
  host_.every(kTick, [this] { tick(); });
}

void Feeds::join(const std::shared_ptr<Member>& member) {
  const auto user = member->user();
  const bool first = !feeds_.contains(user);
  auto& feed = feeds_[user];
  // Before the first question: what is committed after its answer is heard of.
  if (first) {
    feed.life = ++lives_;
    feed.subscription = host_.inbox_subscribe(user, [this, user](uint64_t) { changed(user); });
  }
  feed.members.push_back({member, true});
  ++count_;
  if (feed.members.size() > limits_.streams_per_user) {
    const auto oldest = feed.members.front().member;  // kept: it leaves while it says goodbye
    oldest->end(End::replaced);
  }
  ask(user);
}

void Feeds::leave(const Member& member) {
  const auto feed = feeds_.find(member.user());
  if (feed == feeds_.end()) return;
  auto& members = feed->second.members;
  count_ -= std::erase_if(members, [&](const Entry& e) { return e.member.get() == &member; });
  if (!members.empty()) return;
  feed->second.subscription.cancel();
  feeds_.erase(feed);
}

void Feeds::unblocked(const Member& member) { ask(member.user()); }

void Feeds::changed(const std::string& user) {
  const auto feed = feeds_.find(user);
  if (feed == feeds_.end()) return;
  for (auto& entry : feed->second.members) entry.behind = true;
  ask(user);
}

void Feeds::ask(const std::string& user) {
  const auto found = feeds_.find(user);
  if (found == feeds_.end() || found->second.asking) return;
  auto& members = found->second.members;
  const auto next = std::find_if(members.begin(), members.end(),
                                 [](const Entry& e) { return e.behind && !e.member->blocked(); });
  if (next == members.end()) return;
  const auto place = next->member->at();
  found->second.asking = true;
  for (auto& entry : members)
    if (same_place(entry.member->at(), place)) entry.behind = false;
  host_.inbox_list(next->member->exchange(), since(place),
                   [this, user, life = found->second.life, place](const herald::Items& answer) {
                     answered(user, life, place, answer);
                   });
}

void Feeds::answered(const std::string& user, uint64_t life, const std::optional<Cursor>& place,
                     const herald::Items& answer) {
  const auto found = feeds_.find(user);
  if (found == feeds_.end() || found->second.life != life) return;
  found->second.asking = false;
  std::vector<std::shared_ptr<Member>> there;
  for (const auto& entry : found->second.members)
    if (same_place(entry.member->at(), place)) there.push_back(entry.member);
  if (!answer.ok()) {
    // Also when the client whose exchange was used has just gone: the others still wait.
    for (auto& entry : found->second.members)
      if (same_place(entry.member->at(), place)) entry.behind = true;
    host_.after(kAgain, [this, user] { ask(user); });
    return;
  }
  const Batch batch{answer, place.has_value()};
  std::vector<const Member*> missed;
  for (const auto& member : there) {
    const bool blocked = member->blocked();
    if (!blocked) member->take(batch);
    if (blocked || member->blocked() || batch.more()) missed.push_back(member.get());
  }
  // A client may have left by now, and with the last one the feed.
  const auto still = feeds_.find(user);
  if (still == feeds_.end()) return;
  for (auto& entry : still->second.members)
    if (std::find(missed.begin(), missed.end(), entry.member.get()) != missed.end())
      entry.behind = true;
  ask(user);
}

void Feeds::acknowledged(const std::string& user, const Cursor& cursor) {
  const auto feed = feeds_.find(user);
  if (feed == feeds_.end()) return;
  for (const auto& entry : feed->second.members) entry.member->acknowledged(cursor);
}

void Feeds::tick() {
  const auto now = host_.now_unix_ms();
  std::vector<std::shared_ptr<Member>> all;
  all.reserve(count_);
  for (const auto& [user, feed] : feeds_)
    for (const auto& entry : feed.members) all.push_back(entry.member);
  for (const auto& member : all) member->tick(now);
}

}  // namespace webchat
