// What came of sending, and how it is stored.
#include <algorithm>

#include "base/backoff.hpp"
#include "base/faults.hpp"
#include "base/ids.hpp"
#include "journal/courier.hpp"

namespace herald::journal {
namespace {

using namespace std::chrono_literals;

/// Failures in a row from which the endpoint is asked less and less often.
constexpr unsigned kMany = 5;
constexpr base::Duration kLongestPause{10min};
/// How long the cursor may lag behind what arrived: after a crash that is told again.
constexpr base::Duration kLag{500ms};

}  // namespace

void Courier::answered(uint64_t position, const model::web::FetchResult& result) {
  HERALD_POINT("journal.answered");
  const auto job = jobs_.find(position);
  if (job == jobs_.end()) return;
  --sending_;
  const auto verdict = judge(result, need_.clock.now());
  if (verdict.kind == Verdict::Kind::delivered)
    delivered(job);
  else if (result.cancelled)
    job->second.at = Job::At::waiting;  // we are stopping, or the client is: no failure of theirs
  else
    failed(job, verdict);
  if (stopping_) settle_now();
  step();
  check_stopped();
}

void Courier::delivered(Jobs::iterator job) {
  need_.counted(endpoint_.name, "delivered");
  last_delivered_ = need_.clock.now();
  error_.clear();
  if (failures_ >= kMany) {
    need_.log.info("webhook.recovered", "the endpoint takes messages again",
                   {{"webhook", endpoint_.name}});
    next_.hurry = need_.clock.now();
  }
  failures_ = 0;
  if (job->second.fresh) {
    jobs_.erase(job);
    return settle_later();
  }
  next_.done.push_back(job->first);
  job->second.at = Job::At::settling;
  settle_now();
}

void Courier::failed(Jobs::iterator found, const Verdict& verdict) {
  auto& job = found->second;
  auto& message = job.message;
  const auto now = need_.clock.now();
  error_ = message.error = verdict.error;
  if (verdict.kind == Verdict::Kind::gone) {
    disabled_ = "the endpoint answered 410 Gone; heraldctl webhooks redeliver " + endpoint_.name +
                " uses it again";
    next_.disable = disabled_;
    message.next_try = now;
    need_.log.warning("webhook.disabled", "the endpoint answered 410 Gone and gets nothing more",
                      {{"webhook", endpoint_.name}});
  } else {
    ++message.tries;
    message.next_try =
        next_try(endpoint_.schedule, message.tries, now, base::hash64(message.id, message.tries));
    const bool dead = message.next_try == base::TimePoint::max();
    if (!dead) message.next_try = std::max(message.next_try, now + verdict.pause);
    need_.counted(endpoint_.name, dead ? "dead" : "failed");
    if (dead)
      need_.log.warning(
          "webhook.dead", "a message was tried for the last time; heraldctl webhooks redeliver",
          {{"webhook", endpoint_.name}, {"message", message.id}, {"error", message.error}});
    slow_down(verdict);
  }
  keep(job);
  settle_now();
}

/// Puts a message into the store, with its present time of the next try (now, when it has none).
void Courier::keep(Job& job) {
  auto& message = job.message;
  if (message.next_try == base::TimePoint{}) message.next_try = need_.clock.now();
  job.at = Job::At::settling;
  next_.keep.push_back(message);
}

void Courier::slow_down(const Verdict& verdict) {
  ++failures_;
  auto pause = verdict.pause;
  if (failures_ >= kMany) {
    const base::Backoff backoff{endpoint_.schedule.empty()
                                    ? base::Duration{30s}
                                    : std::min(endpoint_.schedule.front(), kLongestPause),
                                kLongestPause};
    pause = std::max(pause,
                     backoff.after(failures_ - kMany + 1, base::hash64(endpoint_.name, failures_)));
    if (failures_ == kMany)
      need_.log.warning("webhook.failing",
                        "the endpoint fails again and again; it is asked less often",
                        {{"webhook", endpoint_.name}, {"error", verdict.error}});
  }
  not_before_ = std::max(not_before_, need_.clock.mono() + pause);
}

/// Everything up to here arrived, was not wanted, or is in the store with the next settlement.
uint64_t Courier::told_up_to() const {
  if (HERALD_MUTANT("outcome_cursor_first")) return stream_->position();
  for (const auto& [position, job] : jobs_)
    if (job.fresh && job.at != Job::At::settling) return position - 1;
  return stream_->position();
}

void Courier::settle_later() {
  if (std::exchange(later_, true)) return;
  after(kLag, [](Courier& c) {
    c.later_ = false;
    c.settle_now();
  });
}

void Courier::settle_now() {
  if (!started_ || settling_) return;
  const auto cursor = told_up_to();
  const bool news = !next_.keep.empty() || !next_.done.empty() || next_.disable || next_.hurry;
  if (!news && cursor <= cursor_) return;
  settling_ = true;
  next_.webhook = endpoint_.name;
  next_.cursor = cursor;
  under_way_ = std::exchange(next_, {});
  if (news) ++changes_;
  HERALD_POINT("journal.before_settle");
  need_.store.settle(under_way_, [weak = weak_from_this()](base::Result<store::Nothing> result) {
    const auto self = weak.lock();
    if (!self) return;
    self->post([result = std::move(result)](Courier& c) { c.settled(result); });
  });
}

void Courier::settled(base::Result<store::Nothing> result) {
  HERALD_POINT("journal.after_settle");
  settling_ = false;
  ++changes_;
  if (!result) {
    // Nothing of it is forgotten: it goes with the next one.
    auto again = std::exchange(under_way_, {});
    std::move(next_.keep.begin(), next_.keep.end(), std::back_inserter(again.keep));
    std::move(next_.done.begin(), next_.done.end(), std::back_inserter(again.done));
    if (next_.disable) again.disable = next_.disable;
    if (next_.hurry) again.hurry = next_.hurry;
    next_ = std::move(again);
    check_stopped();
    return after(1s, [](Courier& c) { c.settle_now(); });
  }
  cursor_ = std::max(cursor_, *under_way_.cursor);
  for (const auto& message : under_way_.keep) {
    jobs_.erase(message.position);
    if (message.next_try == base::TimePoint::max()) {
      waiting_.erase({message.notification, message.position});
      continue;
    }
    waiting_.emplace(message.notification, message.position);
    next_due_ = std::min(next_due_, message.next_try);
  }
  for (const auto position : under_way_.done) {
    const auto job = jobs_.find(position);
    if (job == jobs_.end()) continue;
    waiting_.erase({job->second.message.notification, position});
    jobs_.erase(job);
  }
  // One that is out of the way may have held back others.
  due_wanted_ =
      due_wanted_ || under_way_.hurry || !under_way_.done.empty() || !under_way_.keep.empty();
  under_way_ = {};
  settle_now();
  step();
  check_stopped();
}

}  // namespace herald::journal
