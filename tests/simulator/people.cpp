#include "people.hpp"

#include "daemon.hpp"

namespace herald::simulator {

using namespace std::chrono_literals;
using model::Evidence;

namespace {

model::Principal person(model::UserId user) {
  model::Principal who;
  who.kind = model::Principal::Kind::user;
  who.user = user;
  return who;
}

}  // namespace

void People::move_in(std::function<void()> done) {
  auto left = std::make_shared<unsigned>(stage_.scenario.users);
  for (unsigned i = 1; i <= stage_.scenario.users; ++i) {
    store::User user;
    user.id = i;
    if (const auto zone = stage_.scenario.zones.find(i); zone != stage_.scenario.zones.end())
      user.time_zone = zone->second;
    // Some cannot be reached by phone, by mail, or by either.
    if (!stage_.dice.percent(15))
      user.identities.push_back({"phone", "+2376900000" + std::to_string(10 + i)});
    if (!stage_.dice.percent(30))
      user.identities.push_back({"email", "u" + std::to_string(i) + "@example.org"});
    stage_.daemon->store().put_user(
        std::move(user), [left, done](const base::Result<store::User>& u) {
          if (!u) throw std::logic_error("a person could not move in: " + u.error().message);
          if (--*left == 0) done();
        });
  }
}

void People::live() {
  for (unsigned i = 1; i <= stage_.scenario.users; ++i) looks(i);
}

void People::looks(model::UserId user) {
  const auto pause = stage_.dice.percent(stage_.scenario.attention)
                         ? stage_.dice.between(1s, 20s)
                         : stage_.dice.between(20s, 3min);
  stage_.later(pause, [this, user] {
    looks(user);
    if (stage_.daemon == nullptr) return;
    if (stage_.dice.percent(5)) return clears(user);
    model::ItemQuery query;
    query.user = user;
    stage_.daemon->inbox().list(query, [this, user](base::Result<model::ItemPage> page) {
      if (!page) return;
      std::vector<std::string> fresh, seen;
      for (const auto& item : page->items) {
        if (!item.returned) fresh.push_back(item.notification);
        if (item.returned && !item.read && stage_.dice.percent(60))
          seen.push_back(item.notification);
      }
      stage_.world.post([this, user, fresh = std::move(fresh), seen = std::move(seen)] {
        sees(user, fresh, Evidence::delivered);
        sees(user, seen, Evidence::read);
      });
    });
  });
}

/// Emptying the list is having read what was shown, also what is shown while that is under way.
void People::clears(model::UserId user) {
  for (const auto& id : had_[user]) truth_.seen[id] = Evidence::read;
  ++clearing_[user];
  // A daemon that dies over it never answers.
  stage_.later(60s, [this, user] { --clearing_[user]; });
  stage_.story.tell("user ", std::to_string(user), " clears the inbox");
  stage_.daemon->inbox().clear(person(user), user, 0, [](auto) {});
}

void People::sees(model::UserId user, std::vector<std::string> notifications, Evidence level) {
  if (notifications.empty()) return;
  for (const auto& id : notifications) {
    auto& known = truth_.seen[id];
    known = std::max(known, clearing_[user] > 0 ? Evidence::read : level);
    had_[user].insert(id);
    stage_.story.tell("user ", std::to_string(user), " has ", to_string(level), " ",
                      id.substr(10, 6));
  }
  tell(user, std::move(notifications), level);
}

void People::tell(model::UserId user, std::vector<std::string> notifications, Evidence level) {
  const auto again = [this, user, notifications, level](Duration pause) {
    stage_.later(pause, [this, user, notifications, level] { tell(user, notifications, level); });
  };
  if (stage_.daemon == nullptr) return again(stage_.dice.between(500ms, 5s));
  auto settled = std::make_shared<bool>(false);
  stage_.later(20s, [settled, again] {
    if (!std::exchange(*settled, true)) again(0s);
  });
  stage_.daemon->inbox().seen(
      person(user), user, notifications, level,
      [this, settled, notifications, level, again](base::Result<bool> done) {
        stage_.world.post([this, settled, notifications, level, again, ok = done.has_value()] {
          if (ok)
            for (const auto& id : notifications) {
              auto& known = truth_.seen_acknowledged[id];
              known = std::max(known, level);
            }
          if (!std::exchange(*settled, true) && !ok) again(stage_.dice.between(200ms, 3s));
        });
      });
}

}  // namespace herald::simulator
