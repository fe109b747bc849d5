// store.hpp - FakeHost's key-value store, directory, receipts, answers and submissions, in memory.
#pragma once

#include <herald/testing/loop.hpp>

#include <optional>

#pragma GCC visibility push(hidden)
namespace herald::testing {

class FakeStore {
 public:
  explicit FakeStore(Loop& loop) : loop_{loop} { loop.store = this; }

  struct Value {
    std::string value;
    uint64_t version = 0;
    int64_t expires_unix_ms = 0;
  };
  struct Marked {
    Identity who;
    herald_reachability state;
    int64_t until_unix_ms;
  };

  std::map<std::string, Value> kv;
  std::vector<std::pair<Identity, std::string>> people;  // identity -> user id
  std::vector<Marked> marks;
  std::vector<std::pair<Identity, Identity>> learnt;
  std::vector<Receipt> receipts;
  std::vector<Answer> answers;
  std::vector<std::string> submitted;     // JSON; the n-th gets the id "n<n>"
  std::optional<herald_verdict> verdict;  // unset: answer() is HERALD_E_UNSUPPORTED
  std::string label;                      // of the answer that stands, told with the verdict

  std::string user_of(const Identity& who) const {
    for (const auto& [identity, user] : people)
      if (identity.kind == who.kind && identity.value == who.value) return user;
    return {};
  }

  static const herald_host_kv* kv_table() {
    static constexpr herald_host_kv t{
        sizeof t, 0,
        [](const herald_host* h, herald_token token, herald_str key) {
          if (const auto s = Loop::of(h).enter("kv_get"); s != HERALD_OK) return s;
          const std::lock_guard lock{Loop::of(h).mutex};
          const auto* found = Loop::of(h).store->live(text(key));
          Loop::of(h).queue_stored(token, found ? found->value : "", found ? found->version : 0);
          return herald_status{HERALD_OK};
        },
        [](const herald_host* h, herald_token token, herald_str key, herald_str value,
           int64_t expires, uint64_t if_version) {
          if (const auto s = Loop::of(h).enter("kv_put"); s != HERALD_OK) return s;
          if (key.size == 0 || key.size > 256 || value.size > 64 * 1024)
            return herald_status{HERALD_E_INVALID};
          return Loop::of(h).store->put(token, text(key), text(value), expires, if_version);
        },
        [](const herald_host* h, herald_token token, herald_str key) {
          if (const auto s = Loop::of(h).enter("kv_remove"); s != HERALD_OK) return s;
          const std::lock_guard lock{Loop::of(h).mutex};
          Loop::of(h).store->kv.erase(text(key));
          Loop::of(h).queue_done(token);
          return herald_status{HERALD_OK};
        }};
    return &t;
  }

  static const herald_host_directory* directory_table() {
    static constexpr herald_host_directory t{
        sizeof t, 0,
        [](const herald_host* h, herald_token token, herald_identity who) {
          if (const auto s = Loop::of(h).enter("resolve"); s != HERALD_OK) return s;
          const std::lock_guard lock{Loop::of(h).mutex};
          Loop::of(h).queue_stored(token, Loop::of(h).store->user_of(value(who)));
          return herald_status{HERALD_OK};
        },
        [](const herald_host* h, herald_token token, herald_identity known, herald_identity also) {
          if (const auto s = Loop::of(h).enter("learn"); s != HERALD_OK) return s;
          return Loop::of(h).store->learn(token, value(known), value(also));
        },
        [](const herald_host* h, herald_token token, herald_identity who, uint32_t state,
           int64_t until) {
          if (const auto s = Loop::of(h).enter("mark"); s != HERALD_OK) return s;
          const std::lock_guard lock{Loop::of(h).mutex};
          Loop::of(h).store->marks.push_back(
              {value(who), static_cast<herald_reachability>(state), until});
          Loop::of(h).queue_done(token);
          return herald_status{HERALD_OK};
        }};
    return &t;
  }

  static const herald_host_receipts* receipts_table() {
    static constexpr herald_host_receipts t{
        sizeof t, 0,
        [](const herald_host* h, herald_token token, const herald_receipt* batch, uint64_t n,
           uint64_t stride) {
          if (const auto s = Loop::of(h).enter("receipts"); s != HERALD_OK) return s;
          if (n > 1000) return herald_status{HERALD_E_INVALID};
          const std::lock_guard lock{Loop::of(h).mutex};
          for (uint64_t i = 0; i < n; ++i) {
            const auto& r = v1::detail::at(batch, stride, i);
            if (r.provider_id.size == 0 && r.attempt_id.size == 0)
              Loop::of(h).violation("a receipt with neither provider_id nor attempt_id");
            Loop::of(h).store->receipts.push_back(
                {static_cast<herald_receipt_state>(r.state), r.at_unix_ms, text(r.provider_id),
                 text(r.attempt_id), static_cast<herald_result>(r.result),
                 static_cast<herald_reason>(r.reason), r.retry_after_ms, text(r.detail)});
          }
          Loop::of(h).queue_done(token);
          return herald_status{HERALD_OK};
        }};
    return &t;
  }

  static const herald_host_answers* answers_table() {
    static constexpr herald_host_answers t{
        sizeof t, 0, [](const herald_host* h, herald_token token, const herald_answer* a) {
          if (const auto s = Loop::of(h).enter("answer"); s != HERALD_OK) return s;
          auto& store = *Loop::of(h).store;
          const std::lock_guard lock{Loop::of(h).mutex};
          if (!store.verdict) return herald_status{HERALD_E_UNSUPPORTED};
          store.answers.push_back({text(a->dedup_id), value(a->from), a->exchange,
                                   text(a->attempt_id), text(a->provider_id), text(a->herald_id),
                                   text(a->action_id), text(a->text), a->at_unix_ms});
          Loop::of(h).queue([token, verdict = *store.verdict, label = store.label,
                             answer = store.answers.back()](const Loop::Send& send) {
            const herald_answered answered{sizeof answered, verdict, str(answer.herald_id),
                                           str(answer.action_id), str(label)};
            auto ev = Loop::event(HERALD_EV_ANSWERED, token);
            ev.u.answered = &answered;
            send(ev);
          });
          return herald_status{HERALD_OK};
        }};
    return &t;
  }

  static const herald_host_submit* submit_table() {
    static constexpr herald_host_submit t{
        sizeof t, 0, [](const herald_host* h, herald_token token, herald_str json) {
          if (const auto s = Loop::of(h).enter("submit"); s != HERALD_OK) return s;
          auto& all = Loop::of(h).store->submitted;
          const std::lock_guard lock{Loop::of(h).mutex};
          all.push_back(text(json));
          Loop::of(h).queue_stored(token, "n" + std::to_string(all.size()));
          return herald_status{HERALD_OK};
        }};
    return &t;
  }

 private:
  static Identity value(herald_identity i) { return {text(i.kind), text(i.value)}; }

  const Value* live(const std::string& key) {
    const auto it = kv.find(key);
    if (it == kv.end()) return nullptr;
    const auto expires = it->second.expires_unix_ms;
    return expires != 0 && expires <= loop_.now_unix_ms() ? nullptr : &it->second;
  }
  herald_status put(herald_token token, const std::string& key, std::string value, int64_t expires,
                    uint64_t if_version) {
    const std::lock_guard lock{loop_.mutex};
    const auto* old = live(key);
    const auto version = old ? old->version : 0;
    if (if_version != HERALD_KV_ANY_VERSION && if_version != version) {
      loop_.queue_done(token, HERALD_E_CONFLICT);
    } else {
      kv[key] = {std::move(value), ++last_version_, expires};
      loop_.queue_done(token, HERALD_OK, last_version_);
    }
    return HERALD_OK;
  }
  herald_status learn(herald_token token, const Identity& known, const Identity& also) {
    const std::lock_guard lock{loop_.mutex};
    const auto user = user_of(known), other = user_of(also);
    if (user.empty()) {
      loop_.queue_done(token, HERALD_E_NOT_FOUND);
    } else if (!other.empty() && other != user) {
      loop_.queue_done(token, HERALD_E_CONFLICT);
    } else {
      learnt.emplace_back(known, also);
      if (other.empty()) people.emplace_back(also, user);
      loop_.queue_done(token);
    }
    return HERALD_OK;
  }

  Loop& loop_;
  uint64_t last_version_ = 0;
};

}  // namespace herald::testing
#pragma GCC visibility pop
