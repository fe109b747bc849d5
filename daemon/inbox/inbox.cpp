#include "inbox/inbox.hpp"

#include <charconv>

#include "base/ids.hpp"

namespace herald::inbox {
namespace {

/// Whether what this principal does counts as the person's own doing.
bool is_the_person(const model::Principal& who, model::UserId user) {
  return who.kind == model::Principal::Kind::user && who.user == user;
}

/// Item ids are integers, herald ids have the form of make_id; anything else is no item of anybody.
base::Result<store::InboxStore::Seen> parse_ids(model::UserId user,
                                                const std::vector<std::string>& ids,
                                                model::Evidence level) {
  store::InboxStore::Seen seen;
  seen.user = user;
  seen.level = level;
  for (const auto& id : ids) {
    int64_t number = 0;
    const auto [end, ec] = std::from_chars(id.data(), id.data() + id.size(), number);
    if (ec == std::errc{} && end == id.data() + id.size() && number > 0)
      seen.ids.push_back(number);
    else if (base::is_id(id))
      seen.notifications.push_back(id);
    else
      return base::fail(base::Code::not_found, "no such notification in this inbox");
  }
  return seen;
}

/// Nobody's cursor may mean anything in another inbox: each person's epoch is their own. Below
/// 2^53.
uint64_t epoch_of(uint64_t store, model::UserId user) {
  const auto mixed = base::hash64(std::to_string(store) + ":" + std::to_string(user));
  return (mixed & ((uint64_t{1} << 53) - 1)) | 1;
}

}  // namespace

void Inbox::list(model::ItemQuery query, Done<model::ItemPage> done) {
  const auto user = query.user;
  const bool resumes = query.changes || query.after_seq > 0;
  const auto epoch = query.epoch;
  store_.items(std::move(query), [this, user, resumes, epoch,
                                  done = std::move(done)](base::Result<model::ItemPage> page) {
    if (!page) return done(page.error());
    page->epoch = epoch_of(page->epoch, user);
    if (!resumes || (!page->gap && (epoch == 0 || epoch == page->epoch)))
      return done(std::move(page));
    model::ItemQuery active;
    active.user = user;
    store_.items(active, [user, done](base::Result<model::ItemPage> whole) {
      if (!whole) return done(whole.error());
      whole->epoch = epoch_of(whole->epoch, user);
      whole->gap = true;
      done(std::move(whole));
    });
  });
}

void Inbox::seen(model::Principal who, model::UserId user, std::vector<std::string> ids,
                 model::Evidence level, Done<bool> done) {
  const bool person = is_the_person(who, user);
  const bool for_person = who.kind == model::Principal::Kind::service &&
                          level == model::Evidence::read && who.has("inbox:read-for");
  auto request = parse_ids(user, ids, level);
  if (!request) return done(request.error());
  if (!person && !for_person) {
    // Returned to a service: nothing is known about the person. Read by a service without the
    // scope: refused.
    if (level == model::Evidence::delivered) return done(false);
    return done(base::fail(base::Code::denied,
                           "marking as read for a person needs the scope inbox:read-for"));
  }
  store_.seen(std::move(*request), [this, user, level, done = std::move(done)](
                                       base::Result<std::vector<std::string>> changes) {
    if (!changes) return done(changes.error());
    if (level >= model::Evidence::read) changed(user, 0);
    // The person is told only what a crash cannot take back: asked again, the store names the same.
    evidence_.inbox_evidence(std::move(*changes), level, done);
  });
}

void Inbox::clear(model::Principal who, model::UserId user, int64_t up_to_seq, Done<bool> done) {
  const bool person = is_the_person(who, user);
  const bool for_person = who.kind == model::Principal::Kind::service && who.has("inbox:read-for");
  if (!person && !for_person)
    return done(
        base::fail(base::Code::denied, "clearing a person's inbox needs the scope inbox:read-for"));
  // What the person has seen is read by clearing it. A cleared list names nothing any more, so the
  // evidence is recorded before: a crash in between leaves both to the next try.
  model::ItemQuery active;
  active.user = user;
  store_.items(
      active, [this, user, up_to_seq, done = std::move(done)](base::Result<model::ItemPage> page) {
        if (!page) return done(page.error());
        std::vector<std::string> shown;
        for (const auto& item : page->items)
          if (item.returned && !item.read && (up_to_seq <= 0 || item.seq <= up_to_seq))
            shown.push_back(item.notification);
        evidence_.inbox_evidence(std::move(shown), model::Evidence::read,
                                 [this, user, up_to_seq, done](const base::Result<bool>& recorded) {
                                   if (!recorded) return done(recorded.error());
                                   empty(user, up_to_seq, done);
                                 });
      });
}

void Inbox::empty(model::UserId user, int64_t up_to_seq, Done<bool> done) {
  store_.clear(user, up_to_seq,
               [this, user, done = std::move(done)](base::Result<std::vector<std::string>> read) {
                 if (!read) return done(read.error());
                 changed(user, 0);
                 // With what was returned to the person meanwhile.
                 evidence_.inbox_evidence(std::move(*read), model::Evidence::read, done);
               });
}

uint64_t Inbox::subscribe(model::UserId user, std::function<void(int64_t)> changed) {
  return subscriptions_.with([&](Subscriptions& s) {
    s.by_user[user].emplace(s.next, std::move(changed));
    s.user_of[s.next] = user;
    return s.next++;
  });
}

void Inbox::unsubscribe(uint64_t handle) {
  subscriptions_.with([&](Subscriptions& s) {
    const auto it = s.user_of.find(handle);
    if (it == s.user_of.end()) return;
    auto& handlers = s.by_user[it->second];
    handlers.erase(handle);
    if (handlers.empty()) s.by_user.erase(it->second);
    s.user_of.erase(it);
  });
}

void Inbox::changed(model::UserId user, int64_t seq) {
  tell(user, seq);
  if (told_) told_(user);
}

void Inbox::changed_elsewhere(model::UserId user) { tell(user, 0); }

void Inbox::look_again() {
  const auto users = subscriptions_.with([](const Subscriptions& s) {
    std::vector<model::UserId> out;
    for (const auto& [user, handlers] : s.by_user) out.push_back(user);
    return out;
  });
  for (const auto user : users) tell(user, 0);
}

void Inbox::tell(model::UserId user, int64_t seq) {
  // Called outside the lock: a handler may unsubscribe.
  const auto handlers = subscriptions_.with([&](const Subscriptions& s) {
    std::vector<std::function<void(int64_t)>> out;
    if (const auto it = s.by_user.find(user); it != s.by_user.end())
      for (const auto& entry : it->second) out.push_back(entry.second);
    return out;
  });
  for (const auto& handler : handlers) handler(seq);
}

}  // namespace herald::inbox
