#include "delivery/producer.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "base/faults.hpp"
#include "delivery/list_query.hpp"
#include "delivery/views.hpp"

namespace herald::delivery {
namespace {

namespace json = boost::json;
using base::Code;
using base::fail;

base::Error no_such(const std::string& id) {
  return fail(Code::not_found, "no notification has the id '" + id.substr(0, 64) + "'", "id");
}

using Keys = base::Guarded<std::set<std::string>>;

/// An idempotency key whose first request is being stored: free again however that ends, also when
/// the dispatcher goes with all it holds.
class KeyInUse {
 public:
  explicit KeyInUse(std::shared_ptr<Keys> keys) : keys_{std::move(keys)} {}
  ~KeyInUse() { release(); }
  KeyInUse(const KeyInUse&) = delete;
  KeyInUse& operator=(const KeyInUse&) = delete;

  /// False when another request has it.
  bool take(std::string key) {
    key_ = std::move(key);
    return taken_ = keys_->with([&](auto& keys) { return keys.insert(key_).second; });
  }
  void release() {
    if (std::exchange(taken_, false)) keys_->with([&](auto& keys) { keys.erase(key_); });
  }

 private:
  std::shared_ptr<Keys> keys_;
  std::string key_;
  bool taken_ = false;
};

}  // namespace

void Producer::set_rules(SubmissionRules rules) {
  rules_.with(
      [&](auto& current) { current = std::make_shared<const SubmissionRules>(std::move(rules)); });
}

std::shared_ptr<const SubmissionRules> Producer::current_rules() const {
  return rules_.with([](const auto& current) { return current; });
}

base::Error Producer::starting() {
  return fail(Code::unavailable, "the daemon is starting; try again in a moment");
}

void Producer::submit(std::string producer, const json::value& request, Reply reply) {
  const auto rules = current_rules();
  if (!rules) return reply(starting());
  const auto offset = base::offset_of(need_.clock);
  auto checked =
      check_submission(*rules, std::move(producer), request, need_.random, need_.clock.now());
  if (!checked) return reply(checked.error());
  auto accept = [this, rules, offset](model::NewNotification n, store::Done<store::Accepted> done) {
    auto to = n.to;
    rules->directory->resolve(
        std::move(to), [this, offset, n = std::move(n),
                        done = std::move(done)](base::Result<model::UserId> user) mutable {
          need_.dispatcher.accept(std::move(n), {user ? *user : 0, offset}, std::move(done));
        });
  };
  keep(std::move(*checked), accept, std::move(reply));
}

void Producer::keep(model::NewNotification checked, const Accept& accept, Reply reply) {
  // Shared by the copies of the callback.
  const auto in_use = std::make_shared<KeyInUse>(keys_in_flight_);
  if (!checked.idempotency_key.empty() &&
      !in_use->take(checked.producer + '\n' + checked.idempotency_key))
    return reply(
        fail(Code::in_flight,
             "the first request with this idempotency key is still being stored; repeat it",
             "idempotency_key"));
  HERALD_POINT("producer.checked");
  if (HERALD_MUTANT("ack_before_commit"))
    std::exchange(reply, [](const auto&) {})(json::object{{"id", checked.id}, {"state", "queued"}});
  accept(std::move(checked),
         [this, in_use, reply = std::move(reply)](base::Result<store::Accepted> accepted) {
           in_use->release();
           if (!accepted) return reply(accepted.error());
           HERALD_POINT("producer.accepted");
           json::object answer{{"id", accepted->id}, {"repeated", accepted->repeated}};
           if (accepted->repeated) {
             // The first one may be anywhere in its life by now.
             need_.store.timeline(
                 accepted->id, [answer, reply](base::Result<store::Timeline> first) mutable {
                   if (first)
                     answer["state"] = json::string{to_string(first->notification.progress.state)};
                   reply(std::move(answer));
                 });
             return;
           }
           answer["state"] = json::string{to_string(accepted->notification.progress.state)};
           HERALD_POINT("producer.before_reply");
           reply(std::move(answer));
         });
}

void Producer::get(std::string id, bool private_parts, Reply reply) {
  if (!base::is_id(id)) return reply(no_such(id));
  need_.store.timeline(
      id, [id, private_parts, reply = std::move(reply)](base::Result<store::Timeline> found) {
        if (!found)
          return reply(found.error().code == Code::not_found ? no_such(id) : found.error());
        reply(view(found->notification, private_parts));
      });
}

void Producer::timeline(std::string id, bool private_parts, Reply reply) {
  if (!base::is_id(id)) return reply(no_such(id));
  need_.store.timeline(
      id, [id, private_parts, reply = std::move(reply)](base::Result<store::Timeline> found) {
        if (!found)
          return reply(found.error().code == Code::not_found ? no_such(id) : found.error());
        reply(timeline_view(*found, private_parts));
      });
}

void Producer::cancel(std::string id, std::string by, Reply reply) {
  if (!base::is_id(id)) return reply(no_such(id));
  need_.dispatcher.cancel(
      id, std::move(by), [id, reply = std::move(reply)](base::Result<model::Notification> done) {
        if (!done) return reply(done.error().code == Code::not_found ? no_such(id) : done.error());
        reply(view(*done, false));
      });
}

void Producer::list(const json::object& query, bool private_parts, Reply reply) {
  auto parsed = parse_list_query(query, {"state"});
  if (!parsed) return reply(parsed.error());
  find_people(query, std::move(*parsed),
              [this, private_parts, reply](base::Result<store::ListQuery> filter) {
                if (!filter) return reply(filter.error());
                listed(std::move(*filter), private_parts, reply);
              });
}

void Producer::find_people(const json::object& query, store::ListQuery filter,
                           std::function<void(base::Result<store::ListQuery>)> then) {
  const auto* who = query.if_contains("user");
  if (who == nullptr) return then(std::move(filter));
  const auto rules = current_rules();
  if (!rules) return then(starting());
  auto person = rules->directory->parse(who->is_string() ? std::string{who->get_string()}
                                                         : json::serialize(*who));
  if (!person) return then(fail(Code::invalid, "user: " + person.error().message, "user"));
  rules->directory->resolve(
      std::move(*person), [filter = std::move(filter),
                           then = std::move(then)](base::Result<model::UserId> user) mutable {
        if (!user) return then(user.error());
        if (*user == 0) return then(fail(Code::not_found, "nobody has this id or number", "user"));
        filter.user = *user;
        then(std::move(filter));
      });
}

void Producer::listed(store::ListQuery filter, bool private_parts, Reply reply) {
  const auto limit = filter.limit;
  need_.store.list(std::move(filter), [private_parts, limit, reply = std::move(reply)](
                                          base::Result<std::vector<model::Notification>> found) {
    if (!found) return reply(found.error());
    json::array rows;
    for (const auto& n : *found) rows.push_back(view(n, private_parts));
    json::object out{{"notifications", std::move(rows)}};
    out["next"] =
        found->size() == limit ? json::value(found->back().head.id) : json::value(nullptr);
    reply(std::move(out));
  });
}

}  // namespace herald::delivery
