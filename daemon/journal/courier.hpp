#pragma once

#include <map>
#include <set>

#include "base/log.hpp"
#include "journal/feed.hpp"
#include "journal/verdict.hpp"

namespace herald::journal {

/// One endpoint as configured.
struct Endpoint {
  std::string name, url;
  std::vector<std::string> keys;  ///< bytes; signs with each
  std::string problem;            ///< why it cannot be used now; empty: it can
  std::function<bool(const store::JournalEntry&)> wanted;  ///< as JournalQuery::wanted
  std::vector<base::Duration> schedule = standard_schedule();
  std::chrono::milliseconds timeout{15'000};
  std::size_t in_flight = 8;
};

/// What the rooms around give.
struct CourierNeeds {
  base::Executor& executor;
  store::JournalStore& store;
  Feed& feed;
  model::web::Fetcher& fetcher;
  const base::Clock& clock;
  base::Log& log;
  /// Counts a try: "delivered", "failed", "dead". Any thread.
  std::function<void(const std::string& endpoint, std::string_view result)> counted;
};

/// Tells one endpoint what it wants to know: at least once, in order for each notification, at most
/// `in_flight` at once. What fails is kept in the store and tried again by the schedule; when
/// everything fails the endpoint is asked less and less often, and the journal keeps the rest.
/// Everything runs on the executor.
class Courier : public std::enable_shared_from_this<Courier> {
 public:
  Courier(CourierNeeds needs, Endpoint endpoint);

  void start();
  /// Takes over a changed configuration; one with another URL is in use again.
  void change(Endpoint endpoint);
  /// Dead messages are due again, or a disabled endpoint is in use again.
  void look_again();
  /// Starts nothing new; `done` when nothing is under way and the cursor is stored.
  void stop(std::function<void()> done);
  /// Forgets everything without storing more.
  void close();

  struct State {
    std::string name, url, state, error;  ///< state: delivering, failing, disabled, unusable
    base::TimePoint last_delivered{};
    uint64_t cursor = 0;
  };
  State state() const;

 private:
  struct Job {
    store::WebhookMessage message;
    bool fresh = true;  ///< from the journal, not yet in the store
    enum class At { waiting, sending, settling } at = At::waiting;
  };
  using Jobs = std::map<uint64_t, Job>;  // by position

  void opened(base::Result<store::Webhook> webhook);
  void load_waiting(uint64_t after);
  void begin();
  void follow(uint64_t position);
  void watch();
  bool usable() const {
    return started_ && !closed_ && disabled_.empty() && endpoint_.problem.empty();
  }
  void step();
  void admit();
  void ask_due();
  Jobs::iterator sendable();
  bool waits_in_store(const std::string& notification) const;
  void send(Job& job);
  void answered(uint64_t position, const model::web::FetchResult& result);
  void delivered(Jobs::iterator job);
  void failed(Jobs::iterator job, const Verdict& verdict);
  void keep(Job& job);
  void slow_down(const Verdict& verdict);
  uint64_t told_up_to() const;
  void settle_now();
  void settled(base::Result<store::Nothing> result);
  void settle_later();
  void wake_at(base::TimePoint when);
  void check_stopped();
  void post(std::function<void(Courier&)> task);
  void after(base::Duration pause, std::function<void(Courier&)> task);

  CourierNeeds need_;
  Endpoint endpoint_;
  std::shared_ptr<Stream> stream_;
  bool started_ = false, stopping_ = false, closed_ = false;
  std::string disabled_, error_;
  base::TimePoint last_delivered_{};

  Jobs jobs_;
  std::size_t sending_ = 0;
  std::set<std::pair<std::string, uint64_t>> waiting_;  // in the store: notification, position

  bool asking_due_ = false, due_wanted_ = true;
  uint64_t changes_ = 0;  // settlements of messages, begun or ended
  base::TimePoint next_due_ = base::TimePoint::max(), wake_ = base::TimePoint::max();
  uint64_t wake_timer_ = 0;

  unsigned failures_ = 0;         // in a row
  base::MonoPoint not_before_{};  // nothing is sent before: breaker, Retry-After

  store::Settlement next_;  // what the next settlement holds beside the cursor
  store::Settlement under_way_;
  uint64_t cursor_ = 0;  // stored
  bool settling_ = false, later_ = false;
  std::function<void()> stopped_;
};

}  // namespace herald::journal
