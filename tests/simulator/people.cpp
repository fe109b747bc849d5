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
    if (stage_.dice.percent(5)) {
      stage_.daemon->inbox().clear(person(user), user, 0, [](auto) {});
      return;
    }
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

void People::sees(model::UserId user, std::vector<std::string> notifications, Evidence level) {
  if (notifications.empty() || stage_.daemon == nullptr) return;
  for (const auto& id : notifications) {
    auto& known = truth_.seen[id];
    known = std::max(known, level);
    stage_.story.tell("user ", std::to_string(user), " has ", to_string(level), " ",
                      id.substr(10, 6));
  }
  stage_.daemon->inbox().seen(person(user), user, notifications, level,
                              [this, notifications, level](base::Result<bool> done) {
                                if (!done || !*done) return;
                                for (const auto& id : notifications) {
                                  auto& known = truth_.seen_acknowledged[id];
                                  known = std::max(known, level);
                                }
                              });
}

}  // namespace herald::simulator
