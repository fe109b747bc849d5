#pragma once

#include <map>
#include <set>

#include "delivery/decide.hpp"
#include "store/decided.hpp"
#include "store/progress.hpp"
#include "store/store.hpp"

namespace herald::delivery::testing {

/// Moves only by hand.
class HandClock final : public base::Clock {
 public:
  model::TimePoint time = base::from_unix_us(1'750'000'000'000'000);
  base::TimePoint now() const override { return time; }
  base::MonoPoint mono() const override { return base::MonoPoint{time.time_since_epoch() - set}; }
  /// Somebody sets the wall clock: no time passes.
  void step(base::Duration by) {
    time += by;
    set += by;
  }

 private:
  base::Duration set{0};
};

/// Keeps notifications in memory and decides as a real store does. Answers at once, or later
/// through `answers` when `slow`. What dispatcher tests do not need refuses with unsupported.
class MemoryStore : public store::Store {
 public:
  explicit MemoryStore(const base::Clock& clock) : clock_{clock} {}

  std::map<std::string, model::Notification> notifications;
  std::map<std::string, std::vector<model::Event>> events;
  std::map<std::string, std::string> renderings, kv;
  std::map<model::UserId, store::User> users;
  bool unreadable = false;  // users cannot be read
  std::vector<model::Item> appended;
  std::map<std::string, std::vector<model::event::Receipt>> parked;
  std::set<std::string> withdrawn;
  std::map<std::string, std::vector<model::Action>> asked;
  std::vector<std::string> evict_next;
  unsigned notes_refused = 0;  ///< so many from now on
  std::map<std::string, store::Pause> paused;
  std::map<std::string, std::string> notes;
  std::function<void()> on_apply;  ///< happens once, while the next apply() is on its way
  bool slow = false, broken = false;
  bool doubtful = false;     ///< writes, and says that it could not
  std::size_t due_rows = 0;  ///< that due() has given
  bool slow_due = false;     ///< only due() answers later
  std::vector<std::function<void()>> answers;
  int commits = 0, accepts = 0;
  std::map<std::string, std::string> first_of_key;
  model::UserId recipient = 1;  ///< of what accept() takes

  void answer_all() {
    while (!answers.empty()) {
      auto now = std::move(answers);
      answers.clear();
      for (auto& a : now) a();
    }
  }

  void apply(store::Apply apply, store::Done<store::Applied> done) override {
    if (const auto happens = std::exchange(on_apply, nullptr)) happens();
    const auto unavailable = [done] { done(base::fail(base::Code::unavailable, "disk full")); };
    if (broken) return reply(unavailable);
    const auto it = notifications.find(apply.id);
    if (it == notifications.end())
      return reply([done] { done(base::fail(base::Code::not_found, "no such notification")); });
    auto& n = it->second;
    if (apply.after_seq && *apply.after_seq != n.seq) {
      if (doubtful) return reply(unavailable);
      store::Applied stale;
      stale.stale = true;
      stale.notification = n;
      return reply([done, stale] { done(stale); });
    }
    const auto offset = base::offset_of(clock_);
    if (apply.clock_offset && *apply.clock_offset != offset)
      return reply([done] { done(base::fail(base::Code::conflict, "the clock was set")); });
    store::Decided decided;
    decided.chain = n.head.chain;
    if (apply.append &&
        store::decide_all(decide, apply.events, n.progress, {}, clock_.now(), decided) &&
        store::tells_of_unmade(apply.events, decided))
      return reply([done] { done(base::fail(base::Code::unprocessable, "not begun")); });
    if (apply.append && apply.append->user != n.head.user)
      return reply([done] { done(base::fail(base::Code::unprocessable, "another's inbox")); });
    ++commits;
    store::Applied out;
    out.before = n.progress.state;
    out.evidence_before = n.progress.best_evidence();
    if (apply.append) {
      out.item = append(*apply.append);
      out.evicted = std::exchange(evict_next, {});
    }
    if (apply.rendering)
      renderings[key(apply.id, apply.rendering->run, apply.rendering->step)] =
          apply.rendering->json;
    if (!apply.asks.empty()) asked.try_emplace(apply.id, apply.asks);
    const auto before = n.progress;
    out.attempts_before = before.attempts.size();
    const auto chain = apply.new_chain ? apply.new_chain : n.head.chain;
    const auto give = [&](const model::Event& event) {
      auto decision = decide(n.progress, event, *chain, clock_.now());
      n.progress = std::move(decision.next);
      for (auto& effect : decision.effects) out.effects.push_back(effect);
      events[apply.id].push_back(event);
      ++n.seq;
    };
    for (const auto& event : apply.events) give(event);
    if (n.progress.run != before.run) n.head.chain = chain;
    out.parked = unpark(before, n.progress);
    for (const auto& receipt : out.parked) give(receipt);
    for (const auto& effect : out.effects) {
      if (!std::holds_alternative<model::effect::WithdrawItem>(effect)) continue;
      withdrawn.insert(apply.id);
      out.withdrawn = n.head.user;
    }
    out.notification = n;
    if (doubtful) return reply(unavailable);
    reply([done, out] { done(out); });
  }
  void due(store::DueQuery query, store::Done<std::vector<model::Notification>> done) override {
    std::vector<model::Notification> out;
    const auto held = [&](const std::string& id) {
      return std::find(query.held.begin(), query.held.end(), id) != query.held.end();
    };
    for (const auto& [id, n] : notifications)
      if (n.progress.due <= query.now && out.size() < query.limit && !held(id)) out.push_back(n);
    due_rows += out.size();
    if (slow_due)
      answers.push_back([done, out] { done(out); });
    else
      reply([done, out] { done(out); });
  }
  void next_due(model::TimePoint now, store::Done<model::TimePoint> done) override {
    auto next = model::TimePoint::max();
    for (const auto& [id, n] : notifications)
      if (n.progress.due > now) next = std::min(next, n.progress.due);
    reply([done, next] { done(next); });
  }
  void in_flight(std::string after, unsigned limit,
                 store::Done<std::vector<model::Notification>> done) override {
    std::vector<model::Notification> out;
    for (const auto& [id, n] : notifications)
      if (id > after && owed(n.progress) && out.size() < limit) out.push_back(n);
    reply([done, out] { done(out); });
  }
  void find_attempt(store::AttemptLookup wanted, store::Done<store::FoundAttempt> done) override {
    if (auto found = find(wanted)) return reply([done, found] { done(*found); });
    reply([done] { done(base::fail(base::Code::not_found, "no such attempt")); });
  }
  void park_receipt(store::AttemptLookup lookup, model::event::Receipt receipt, model::TimePoint,
                    store::Done<std::optional<store::FoundAttempt>> done) override {
    const auto found = find(lookup);
    if (!found) parked[lookup.provider_id + lookup.attempt_id].push_back(receipt);
    reply([done, found] { done(found); });
  }
  void rendering(std::string id, unsigned run, unsigned step,
                 store::Done<store::Apply::Rendering> done) override {
    reply([done, run, step, json = renderings[key(id, run, step)]] {
      done(store::Apply::Rendering{run, step, "1", json});
    });
  }
  void user(model::UserId id, store::Done<store::User> done) override {
    if (unreadable)
      return reply([done] { done(base::fail(base::Code::unavailable, "the server is away")); });
    const auto it = users.find(id);
    if (it == users.end())
      return reply([done] { done(base::fail(base::Code::not_found, "no such user")); });
    reply([done, user = it->second] { done(user); });
  }

  void put_pause(store::Pause pause, store::Done<store::Nothing> done) override {
    paused[pause.channel] = pause;
    reply([done] { done(store::Nothing{}); });
  }
  void remove_pause(std::string channel, store::Done<store::Nothing> done) override {
    if (paused.erase(channel) == 0)
      return reply([done] { done(base::fail(base::Code::not_found, "not paused")); });
    reply([done] { done(store::Nothing{}); });
  }
  void pauses(store::Done<std::vector<store::Pause>> done) override {
    std::vector<store::Pause> out;
    for (const auto& [channel, pause] : paused) out.push_back(pause);
    reply([done, out] { done(out); });
  }
  void paused_at(std::string channel, std::string after, unsigned limit,
                 store::Done<std::vector<model::Notification>> done) override {
    std::vector<model::Notification> out;
    for (const auto& [id, n] : notifications) {
      const auto& p = n.progress;
      const bool waits = p.state == model::State::trying && p.reason == model::Reason::paused &&
                         p.in_flight() == nullptr && n.head.chain->steps[p.step].channel == channel;
      if (id > after && waits && out.size() < limit) out.push_back(n);
    }
    reply([done, out] { done(out); });
  }
  void waiting(store::Done<std::vector<int64_t>> done) override {
    std::vector<int64_t> out;
    int64_t handle = 0;
    for (const auto& [id, n] : notifications)
      if (++handle; n.progress.due != model::TimePoint::max()) out.push_back(handle);
    reply([done, out] { done(out); });
  }
  void rows(std::vector<int64_t> handles,
            store::Done<std::vector<model::Notification>> done) override {
    std::vector<model::Notification> out;
    for (const auto handle : handles)
      out.push_back(std::next(notifications.begin(), handle - 1)->second);
    reply([done, out] { done(out); });
  }
  void put_note(std::string name, std::string text, store::Done<store::Nothing> done) override {
    if (notes_refused > 0) {
      --notes_refused;
      return reply([done] { done(base::fail(base::Code::unavailable, "disk full")); });
    }
    notes[name] = text;
    reply([done] { done(store::Nothing{}); });
  }
  void note(std::string name, store::Done<std::string> done) override {
    reply([done, text = notes[name]] { done(text); });
  }

  /// Idempotency keys of one producer.
  void accept(model::NewNotification n, store::Done<store::Accepted> done) override {
    if (broken) return reply([done] { done(base::fail(base::Code::unavailable, "disk full")); });
    ++accepts;
    if (!n.idempotency_key.empty()) {
      const auto [known, fresh] = first_of_key.try_emplace(n.idempotency_key, n.id);
      if (!fresh) return reply([done, id = known->second] { done(store::Accepted{id, true, {}}); });
    }
    auto& stored = notifications[n.id];
    stored.head = store::head_of(n, recipient);
    stored.progress = store::first_progress(stored.head, n.expires);
    reply([done, stored] { done(store::Accepted{stored.head.id, false, stored}); });
  }
  void timeline(std::string id, store::Done<store::Timeline> done) override {
    const auto it = notifications.find(id);
    if (it == notifications.end())
      return reply([done] { done(base::fail(base::Code::not_found, "no such notification")); });
    store::Timeline out;
    out.notification = it->second;
    reply([done, out] { done(out); });
  }
  /// By state and page only.
  void list(store::ListQuery query, store::Done<std::vector<model::Notification>> done) override {
    std::vector<model::Notification> out;
    for (auto it = notifications.rbegin(); it != notifications.rend(); ++it) {
      const auto& [id, n] = *it;
      if (query.state && n.progress.state != *query.state) continue;
      if (!query.before_id.empty() && id >= query.before_id) continue;
      if (out.size() < query.limit) out.push_back(n);
    }
    reply([done, out] { done(out); });
  }
  void counts(store::Done<store::Counts> done) override { refuse(done); }
  void items(model::ItemQuery, store::Done<model::ItemPage> done) override { refuse(done); }
  void seen(Seen, store::Done<std::vector<std::string>> done) override { refuse(done); }
  void clear(model::UserId, int64_t, store::Done<std::vector<std::string>> done) override {
    refuse(done);
  }
  void questions(model::UserId, model::TimePoint,
                 store::Done<std::vector<store::Question>> done) override {
    refuse(done);
  }
  void question(std::string, store::Done<store::Question> done) override { refuse(done); }
  void put_user(store::User, store::Done<store::User> done) override { refuse(done); }
  void resolve(model::Identity, store::Done<model::UserId> done) override { refuse(done); }
  void learn(model::Identity, model::Identity, store::Done<store::Nothing> done) override {
    refuse(done);
  }
  void mark(model::Identity, std::string, model::TimePoint,
            store::Done<store::Nothing> done) override {
    refuse(done);
  }
  void kv_get(std::string instance, std::string key, store::Done<store::KvEntry> done) override {
    const auto it = kv.find(instance + '/' + key);
    const auto entry = it == kv.end() ? store::KvEntry{} : store::KvEntry{it->second, 1};
    reply([done, entry] { done(entry); });
  }
  void kv_put(std::string instance, std::string key, std::string value, model::TimePoint, uint64_t,
              store::Done<uint64_t> done) override {
    kv[instance + '/' + key] = std::move(value);
    reply([done] { done(uint64_t{1}); });
  }
  void kv_remove(std::string instance, std::string key, store::Done<store::Nothing> done) override {
    kv.erase(instance + '/' + key);
    reply([done] { done(store::Nothing{}); });
  }
  void put_token(store::ServiceToken, store::Done<store::Nothing> done) override { refuse(done); }
  void revoke_token(std::string, store::Done<store::Nothing> done) override { refuse(done); }
  void tokens(store::Done<std::vector<store::ServiceToken>> done) override { refuse(done); }
  void revoke_user(store::RevokedTokens, store::Done<store::Nothing> done) override {
    refuse(done);
  }
  void revoked_users(store::Done<std::vector<store::RevokedTokens>> done) override { refuse(done); }
  void journal(store::JournalQuery, store::Done<store::JournalPage> done) override { refuse(done); }
  void open_webhook(std::string, std::string, store::Done<store::Webhook> done) override {
    refuse(done);
  }
  void remove_webhook(std::string, store::Done<uint64_t> done) override { refuse(done); }
  void webhooks(store::Done<std::vector<store::Webhook>> done) override { refuse(done); }
  void settle(store::Settlement, store::Done<store::Nothing> done) override { refuse(done); }
  void webhook_due(std::string, model::TimePoint, unsigned, store::Done<Due> done) override {
    refuse(done);
  }
  void webhook_messages(std::string, bool, uint64_t, unsigned,
                        store::Done<std::vector<store::WebhookMessage>> done) override {
    refuse(done);
  }
  void redeliver(std::string, std::string, model::TimePoint, store::Done<uint64_t> done) override {
    refuse(done);
  }
  void reconfigure(const store::Options&) override {}
  store::Health health() const override { return {}; }
  void close() override {}

 private:
  static std::string key(const std::string& id, unsigned run, unsigned step) {
    return id + '/' + std::to_string(run) + '/' + std::to_string(step);
  }
  void reply(std::function<void()> answer) {
    if (slow)
      answers.push_back(std::move(answer));
    else
      answer();
  }
  template <class D>
  static void refuse(const D& done) {
    done(base::fail(base::Code::unsupported, "not kept in memory"));
  }
  static bool owed(const model::Progress& p) {
    for (const auto& a : p.attempts)
      if (a.in_flight || a.reconciling) return true;
    return false;
  }
  std::optional<store::FoundAttempt> find(const store::AttemptLookup& wanted) const {
    for (const auto& [id, n] : notifications)
      for (const auto& a : n.progress.attempts) {
        const bool same = wanted.provider_id.empty() ? model::attempt_id(id, a) == wanted.attempt_id
                                                     : a.provider_id == wanted.provider_id;
        if (a.channel == wanted.channel && same) return store::FoundAttempt{id, model::ref(a)};
      }
    return std::nullopt;
  }
  std::vector<model::Event> unpark(const model::Progress& before, const model::Progress& after) {
    std::vector<model::Event> out;
    for (std::size_t i = 0; i < after.attempts.size(); ++i) {
      const auto& a = after.attempts[i];
      const bool fresh = i >= before.attempts.size();
      std::vector<std::string> keys;
      for (const auto& [key, receipts] : parked)
        if (fresh && key.starts_with(after.id + '.')) keys.push_back(key);
      if (!a.provider_id.empty() && (fresh || before.attempts[i].provider_id.empty()))
        keys.push_back(a.provider_id);
      for (const auto& one : keys)
        for (auto& receipt : std::exchange(parked[one], {})) {
          receipt.attempt = model::ref(a);
          out.push_back(receipt);
        }
    }
    return out;
  }
  model::Item append(const model::NewItem& item) {
    for (const auto& i : appended)
      if (i.notification == item.notification) return i;
    model::Item out;
    out.id = out.seq = static_cast<int64_t>(appended.size()) + 1;
    out.user = item.user;
    out.notification = item.notification;
    out.text = item.text;
    appended.push_back(out);
    return out;
  }
  const base::Clock& clock_;
};

}  // namespace herald::delivery::testing
