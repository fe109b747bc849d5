// The conformance suite: what every implementation of the store must do, written once. An
// implementation joins by INSTANTIATE_TEST_SUITE_P(Name, StoreConformance,
// testing::Values(backend)). Runs on the test's thread; never looks behind the interface.
#pragma once

#include <algorithm>
#include <functional>
#include <ostream>

#include "store/support.hpp"

namespace herald::store::test {

/// One implementation. `url` names a store inside a folder, or one of a server that is empty then;
/// `open` opens it, as often as it is asked to.
struct Backend {
  std::string name;
  std::function<std::string(const Folder&)> url;
  std::function<base::Result<std::unique_ptr<Store>>(const Options&, Decide, const base::Clock&)>
      open = [](const Options& options, Decide decide, const base::Clock& clock) {
        return store::open(options, std::move(decide), clock);
      };
};
inline std::ostream& operator<<(std::ostream& out, const Backend& backend) {
  return out << backend.name;
}

class StoreConformance : public testing::TestWithParam<Backend> {
 protected:
  void SetUp() override {
    options.url = GetParam().url(folder);
    reopen();
    add_user(1, "+237690000001");
    add_user(2, "+237690000002");
  }

  /// Closes and opens again, as a restart does.
  void reopen() {
    store.reset();
    store = value(GetParam().open(options, small_decide, clock));
  }

  void add_user(model::UserId id, const std::string& phone, bool provider = false) {
    User user;
    user.id = id;
    user.provider = provider;
    user.identities = {{"phone", phone}};
    value(wait<User>([&](auto done) { store->put_user(user, done); }));
  }

  base::Result<Accepted> accept(const model::NewNotification& n) {
    return wait<Accepted>([&](auto done) { store->accept(n, done); });
  }
  /// Accepts one for that user and gives its id.
  std::string accepted(std::string user = "1") {
    return value(accept(some_notification(clock, std::move(user)))).id;
  }

  base::Result<Applied> apply(const Apply& request) {
    return wait<Applied>([&](auto done) { store->apply(request, done); });
  }
  Applied applied(const std::string& id, std::vector<model::Event> events) {
    Apply request;
    request.id = id;
    request.events = std::move(events);
    return value(apply(request));
  }
  /// Delivers to the inbox: item and outcome in one.
  Applied delivered_to_inbox(model::UserId user, const std::string& id,
                             const std::string& text = "Bonjour.") {
    Apply request;
    request.id = id;
    request.events = {model::event::Due{},
                      model::event::Completed{{1, 0, 1}, outcome(model::OutcomeKind::accepted)}};
    request.append = some_item(user, id, text);
    return value(apply(request));
  }
  /// A receipt whose attempt may not be known; gives the attempt when it is.
  base::Result<std::optional<FoundAttempt>> park(const AttemptLookup& lookup,
                                                 model::ReceiptKind kind) {
    return wait<std::optional<FoundAttempt>>([&](auto done) {
      store->park_receipt(lookup, {{}, kind, {}, clock.now(), lookup.provider_id}, clock.now(),
                          done);
    });
  }
  /// Its first attempt was accepted by the provider under this id.
  Applied sent(const std::string& id, const std::string& provider_id) {
    return applied(id, {model::event::Due{},
                        model::event::Completed{
                            {1, 0, 1}, outcome(model::OutcomeKind::accepted, provider_id)}});
  }
  /// A new notification in that user's inbox.
  std::string item_for(model::UserId user, const std::string& text = "Bonjour.") {
    const auto id = accepted(std::to_string(user));
    delivered_to_inbox(user, id, text);
    return id;
  }
  static std::vector<model::Action> yes_no() {
    return {{"accept", "OUI", "OUI"}, {"refuse", "NON", "NON"}};
  }
  /// In that user's inbox, with a question.
  std::string asked(model::UserId user) {
    const auto id = accepted(std::to_string(user));
    Apply request;
    request.id = id;
    request.events = {model::event::Due{},
                      model::event::Completed{{1, 0, 1}, outcome(model::OutcomeKind::accepted)}};
    request.append = some_item(user, id);
    request.append->actions = request.asks = yes_no();
    value(apply(request));
    return id;
  }
  Applied answered(const std::string& id, const std::string& action,
                   const std::string& said = "s1") {
    return applied(id, {model::event::Answered{{1, 0, 1}, action, "webchat", said}});
  }
  base::Result<Question> question(const std::string& id) {
    return wait<Question>([&](auto done) { store->question(id, done); });
  }
  std::vector<Question> questions(model::UserId user, base::Duration back = 1h) {
    return value(wait<std::vector<Question>>(
        [&](auto done) { store->questions(user, clock.now() - back, done); }));
  }
  /// Ids of the questions, sorted.
  std::vector<std::string> asked_of(model::UserId user, base::Duration back = 1h) {
    std::vector<std::string> out;
    for (const auto& q : questions(user, back)) out.push_back(q.notification.head.id);
    std::sort(out.begin(), out.end());
    return out;
  }
  model::ItemPage page(model::UserId user, bool history = false) {
    model::ItemQuery query;
    query.user = user;
    query.history = history;
    return value(wait<model::ItemPage>([&](auto done) { store->items(query, done); }));
  }
  base::Result<std::vector<std::string>> seen(model::UserId user, std::vector<int64_t> ids,
                                              model::Evidence level) {
    return wait<std::vector<std::string>>([&](auto done) {
      store->seen({user, ids, {}, level}, done);
    });
  }
  Counts counts() {
    return value(wait<Counts>([&](auto done) { store->counts(done); }));
  }
  Timeline timeline(const std::string& id) {
    return value(wait<Timeline>([&](auto done) { store->timeline(id, done); }));
  }

  Folder folder;
  ManualClock clock;
  Options options;
  std::unique_ptr<Store> store;
};

}  // namespace herald::store::test
