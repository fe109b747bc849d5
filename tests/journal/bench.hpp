// What stream and courier tests need: a journal in memory, time moved by hand, an endpoint that
// answers as told. Everything runs on the test's thread.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <map>

#include "journal/webhooks.hpp"

namespace herald::journal::testing {

using namespace std::chrono_literals;

class HandClock final : public base::Clock {
 public:
  base::TimePoint time = base::from_unix_us(1'750'000'000'000'000);
  base::TimePoint now() const override { return time; }
  base::MonoPoint mono() const override { return base::MonoPoint{time.time_since_epoch()}; }
};

class HandExecutor final : public base::Executor {
 public:
  explicit HandExecutor(HandClock& clock) : clock_{clock} {}
  void post(std::function<void()> task) override { tasks_.push_back(std::move(task)); }
  uint64_t after(base::Duration delay, std::function<void()> task) override {
    timers_.emplace(std::pair{clock_.time + delay, ++last_}, std::move(task));
    return last_;
  }
  void cancel(uint64_t handle) override {
    std::erase_if(timers_, [&](const auto& t) { return t.first.second == handle; });
  }
  void run() {
    while (!tasks_.empty()) {
      auto task = std::move(tasks_.front());
      tasks_.pop_front();
      task();
    }
  }
  void pass(base::Duration time) {
    const auto end = clock_.time + time;
    run();
    while (!timers_.empty() && timers_.begin()->first.first <= end) {
      clock_.time = std::max(clock_.time, timers_.begin()->first.first);
      auto task = std::move(timers_.begin()->second);
      timers_.erase(timers_.begin());
      task();
      run();
    }
    clock_.time = end;
  }

 private:
  HandClock& clock_;
  std::deque<std::function<void()>> tasks_;
  std::map<std::pair<base::TimePoint, uint64_t>, std::function<void()>> timers_;
  uint64_t last_ = 0;
};

/// Answers at once, or not at all while `broken`.
class MemoryJournal final : public store::JournalStore {
 public:
  std::vector<store::JournalEntry> entries;
  std::map<std::string, store::Webhook> known;
  std::map<uint64_t, store::WebhookMessage> kept;  // of the one webhook a test has
  bool broken = false;
  bool hold_due = false;  ///< answers of webhook_due wait in held_due
  std::vector<std::function<void()>> held_due;
  int reads = 0;
  uint64_t first = 1;  ///< what lies before was removed

  /// Appends one entry; gives its position.
  uint64_t add(const std::string& id, model::State state = model::State::delivered) {
    store::JournalEntry entry;
    entry.position = entries.empty() ? first : entries.back().position + 1;
    entry.id = id;
    entry.state = state;
    entry.seq = entry.position;
    entries.push_back(entry);
    return entry.position;
  }

  void journal(store::JournalQuery query, store::Done<store::JournalPage> done) override {
    ++reads;
    if (broken) return done(unavailable());
    store::JournalPage page;
    page.first = entries.empty() ? 0 : first;
    page.last = entries.empty() ? 0 : entries.back().position;
    page.gap = query.after + 1 < page.first;
    page.read_to = query.after;
    unsigned scanned = 0;
    for (const auto& entry : entries) {
      if (entry.position <= query.after || entry.position < first || scanned == query.scan)
        continue;
      ++scanned;
      page.read_to = entry.position;
      if (!query.wanted || query.wanted(entry)) page.entries.push_back(entry);
    }
    done(std::move(page));
  }
  void open_webhook(std::string name, std::string url, store::Done<store::Webhook> done) override {
    auto& webhook = known[name];
    webhook.name = name;
    if (webhook.url != url) webhook.disabled.clear();
    webhook.url = url;
    done(webhook);
  }
  void remove_webhook(std::string name, store::Done<uint64_t> done) override {
    known.erase(name);
    done(uint64_t{0});
  }
  void webhooks(store::Done<std::vector<store::Webhook>> done) override {
    std::vector<store::Webhook> out;
    for (const auto& [name, webhook] : known) out.push_back(webhook);
    done(std::move(out));
  }
  void settle(store::Settlement s, store::Done<store::Nothing> done) override {
    if (broken) return done(unavailable());
    auto& webhook = known.at(s.webhook);
    if (s.cursor) webhook.cursor = std::max(webhook.cursor, *s.cursor);
    for (const auto& m : s.keep) kept[m.position] = m;
    for (const auto position : s.done) kept.erase(position);
    if (s.disable) webhook.disabled = *s.disable;
    if (s.hurry)
      for (auto& [position, m] : kept)
        if (m.next_try != base::TimePoint::max()) m.next_try = std::min(m.next_try, *s.hurry);
    done(store::Nothing{});
  }
  void webhook_due(std::string, base::TimePoint now, unsigned limit,
                   store::Done<Due> done) override {
    Due due;
    std::vector<std::string> met;
    for (const auto& [position, m] : kept) {
      if (m.next_try == base::TimePoint::max()) continue;
      const bool behind = std::find(met.begin(), met.end(), m.notification) != met.end();
      met.push_back(m.notification);
      if (m.next_try > now)
        due.next = std::min(due.next, m.next_try);
      else if (!behind && due.messages.size() < limit)
        due.messages.push_back(m);
    }
    if (hold_due)
      held_due.push_back([done, due = std::move(due)] { done(due); });
    else
      done(std::move(due));
  }
  void webhook_messages(std::string, bool dead, uint64_t after, unsigned limit,
                        store::Done<std::vector<store::WebhookMessage>> done) override {
    std::vector<store::WebhookMessage> out;
    for (const auto& [position, m] : kept)
      if (position > after && out.size() < limit && (m.next_try == base::TimePoint::max()) == dead)
        out.push_back(m);
    done(std::move(out));
  }
  void redeliver(std::string name, std::string, base::TimePoint now,
                 store::Done<uint64_t> done) override {
    known.at(name).disabled.clear();
    uint64_t count = 0;
    for (auto& [position, m] : kept)
      if (m.next_try == base::TimePoint::max()) {
        m.next_try = now;
        m.tries = 0;
        ++count;
      }
    done(count);
  }

 private:
  static base::Error unavailable() { return base::fail(base::Code::unavailable, "disk full"); }
};

/// Keeps requests until the test answers them.
class HandFetcher final : public model::web::Fetcher {
 public:
  struct Sent {
    model::web::FetchRequest request;
    std::function<void(model::web::FetchResult)> done;
    std::string id() const {
      for (const auto& [name, value] : request.headers)
        if (name == "webhook-id") return value;
      return {};
    }
  };
  std::deque<Sent> open;
  uint64_t fetch(model::web::FetchRequest request,
                 std::function<void(model::web::FetchResult)> done) override {
    open.push_back({std::move(request), std::move(done)});
    return open.size();
  }
  void cancel(uint64_t) override {}
};

}  // namespace herald::journal::testing
