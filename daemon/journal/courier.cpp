// What is sent, in which order, and when.
#include "journal/courier.hpp"

#include <algorithm>
#include <unordered_set>

#include "base/faults.hpp"
#include "journal/message.hpp"
#include "journal/signature.hpp"

namespace herald::journal {
namespace {

/// Entries taken from the journal and not settled; what is in flight is a part of them.
constexpr std::size_t kWindow = 64;
/// Messages that may wait in the store before the journal is read no further.
constexpr std::size_t kMostWaiting = 10'000;
constexpr unsigned kPage = 1'000;
constexpr base::Duration kWatch{std::chrono::seconds{5}};

}  // namespace

Courier::Courier(CourierNeeds needs, Endpoint endpoint)
    : need_{std::move(needs)}, endpoint_{std::move(endpoint)} {}

void Courier::post(std::function<void(Courier&)> task) {
  need_.executor.post([weak = weak_from_this(), task = std::move(task)] {
    if (const auto self = weak.lock(); self && !self->closed_) task(*self);
  });
}

void Courier::after(base::Duration pause, std::function<void(Courier&)> task) {
  need_.executor.after(pause, [weak = weak_from_this(), task = std::move(task)] {
    if (const auto self = weak.lock(); self && !self->closed_) task(*self);
  });
}

void Courier::start() {
  need_.store.open_webhook(endpoint_.name, endpoint_.url,
                           [weak = weak_from_this()](base::Result<store::Webhook> webhook) {
                             if (const auto self = weak.lock())
                               self->post([webhook = std::move(webhook)](Courier& c) mutable {
                                 c.opened(std::move(webhook));
                               });
                           });
}

void Courier::opened(base::Result<store::Webhook> webhook) {
  if (!webhook) return after(std::chrono::seconds{1}, [](Courier& c) { c.start(); });
  if (started_) return look_again();  // another URL
  disabled_ = webhook->disabled;
  cursor_ = webhook->cursor;
  load_waiting(0);
}

void Courier::load_waiting(uint64_t position) {
  need_.store.webhook_messages(
      endpoint_.name, false, position, kPage,
      [weak = weak_from_this(), position](base::Result<std::vector<store::WebhookMessage>> page) {
        const auto self = weak.lock();
        if (!self) return;
        self->post([position, page = std::move(page)](Courier& c) {
          if (!page)
            return c.after(std::chrono::seconds{1},
                           [position](Courier& again) { again.load_waiting(position); });
          for (const auto& m : *page) c.waiting_.emplace(m.notification, m.position);
          if (page->size() == kPage) return c.load_waiting(page->back().position);
          c.begin();
        });
      });
}

void Courier::begin() {
  started_ = true;
  follow(cursor_);
  watch();
}

void Courier::follow(uint64_t position) {
  stream_ =
      need_.feed.follow({position, endpoint_.wanted, false, kWindow}, [weak = weak_from_this()] {
        if (const auto self = weak.lock()) self->post([](Courier& c) { c.step(); });
      });
}

/// Also while nothing is wanted the cursor moves, else the journal would be kept for nothing.
void Courier::watch() {
  step();
  after(kWatch, [](Courier& c) { c.watch(); });
}

void Courier::change(Endpoint endpoint) {
  const bool moved = endpoint.url != endpoint_.url;
  endpoint_ = std::move(endpoint);
  if (!started_) return;
  // What was taken from the journal by the old wishes goes out; what follows is chosen by the new.
  follow(stream_->position());
  if (moved) {
    failures_ = 0;
    not_before_ = {};
    return start();
  }
  step();
}

void Courier::look_again() {
  disabled_.clear();
  not_before_ = {};
  due_wanted_ = true;
  step();
}

void Courier::close() {
  closed_ = true;
  stream_.reset();
}

void Courier::stop(std::function<void()> done) {
  stopping_ = true;
  stopped_ = std::move(done);
  settle_now();
  check_stopped();
}

void Courier::check_stopped() {
  if (stopped_ && sending_ == 0 && !settling_) std::exchange(stopped_, nullptr)();
}

void Courier::step() {
  if (!usable() || stopping_) return;
  admit();
  if (const auto now = need_.clock.mono(); now < not_before_)
    return wake_at(need_.clock.now() + (not_before_ - now));
  if (due_wanted_ || need_.clock.now() >= next_due_) ask_due();
  // An endpoint that fails gets one request, to see whether it still does.
  const auto most = failures_ == 0 ? endpoint_.in_flight : 1;
  while (sending_ < most) {
    const auto job = sendable();
    if (job == jobs_.end()) break;
    if (HERALD_MUTANT("outcome_cursor_first") && job->second.fresh && cursor_ < job->first) break;
    send(job->second);
  }
  if (!next_.keep.empty() || HERALD_MUTANT("outcome_cursor_first")) settle_now();
  if (told_up_to() > cursor_) settle_later();
  wake_at(next_due_);
}

/// Takes from the journal what fits into the window.
void Courier::admit() {
  while (jobs_.size() < kWindow && waiting_.size() < kMostWaiting) {
    auto told = stream_->next();
    if (!told) return;
    if (told->what == Stream::Told::What::gap || told->what == Stream::Told::What::refused)
      need_.log.error("webhook.gap",
                      "what this webhook was not told yet is no longer in the journal",
                      {{"webhook", endpoint_.name}, {"up_to", std::to_string(told->position)}});
    if (told->what != Stream::Told::What::entry) continue;
    Job job;
    job.message.position = told->position;
    job.message.notification = told->entry.id;
    job.message.id = message_id(told->entry);
    job.message.body = message_body(told->entry);
    job.message.first_try = need_.clock.now();
    jobs_.insert_or_assign(told->position, std::move(job));
  }
}

void Courier::ask_due() {
  if (asking_due_ || (waiting_.empty() && !due_wanted_)) return;
  asking_due_ = true;
  due_wanted_ = false;
  need_.store.webhook_due(
      endpoint_.name, need_.clock.now(), static_cast<unsigned>(kWindow),
      [weak = weak_from_this(), changes = changes_](base::Result<store::JournalStore::Due> due) {
        const auto self = weak.lock();
        if (!self) return;
        self->post([changes, due = std::move(due)](Courier& c) mutable {
          c.asking_due_ = false;
          if (changes != c.changes_) {
            // Read before what was settled since: it may name what arrived.
            c.due_wanted_ = true;
            return c.step();
          }
          if (!due) {
            c.next_due_ = c.need_.clock.now() + std::chrono::seconds{1};
            return c.wake_at(c.next_due_);
          }
          c.next_due_ = due->next;
          for (auto& message : due->messages) {
            const auto position = message.position;
            c.waiting_.emplace(message.notification, position);
            Job job;
            job.message = std::move(message);
            job.fresh = false;
            c.jobs_.emplace(position, std::move(job));
          }
          c.step();
        });
      });
}

/// The oldest message that may go now: the first about its notification of all that are here. One
/// from the journal behind another that waits in the store has to wait there too.
Courier::Jobs::iterator Courier::sendable() {
  std::unordered_set<std::string_view> met;
  for (auto it = jobs_.begin(); it != jobs_.end(); ++it) {
    auto& [position, job] = *it;
    const bool first = met.insert(job.message.notification).second;
    if (!first || job.at != Job::At::waiting) continue;
    if (!job.fresh || !waits_in_store(job.message.notification)) return it;
    keep(job);
  }
  return jobs_.end();
}

bool Courier::waits_in_store(const std::string& notification) const {
  const auto it = waiting_.lower_bound({notification, 0});
  return it != waiting_.end() && it->first == notification;
}

void Courier::send(Job& job) {
  HERALD_POINT("journal.before_send");
  job.at = Job::At::sending;
  ++sending_;
  const auto seconds = base::unix_us(need_.clock.now()) / 1'000'000;
  model::web::FetchRequest request;
  request.method = "POST";
  request.url = endpoint_.url;
  request.headers = {
      {"content-type", "application/json"},
      {"webhook-id", job.message.id},
      {"webhook-timestamp", std::to_string(seconds)},
      {"webhook-signature", signature(endpoint_.keys, job.message.id, seconds, job.message.body)}};
  request.body = job.message.body;
  request.timeout = endpoint_.timeout;
  request.once = true;
  request.max_response = 64 * 1024;
  need_.fetcher.fetch(
      std::move(request),
      [weak = weak_from_this(), position = job.message.position](model::web::FetchResult result) {
        if (const auto self = weak.lock())
          self->post(
              [position, result = std::move(result)](Courier& c) { c.answered(position, result); });
      });
}

void Courier::wake_at(base::TimePoint when) {
  if (when >= wake_ || when == base::TimePoint::max()) return;
  if (wake_timer_ != 0) need_.executor.cancel(wake_timer_);
  wake_ = when;
  // Timers are monotonic and the wall clock may be set: look at least every minute.
  const auto pause = std::clamp(when - need_.clock.now(), base::Duration{0},
                                base::Duration{std::chrono::minutes{1}});
  wake_timer_ = need_.executor.after(pause, [weak = weak_from_this()] {
    const auto self = weak.lock();
    if (!self || self->closed_) return;
    self->wake_timer_ = 0;
    self->wake_ = base::TimePoint::max();
    self->step();
  });
}

Courier::State Courier::state() const {
  State out;
  out.name = endpoint_.name;
  // Behind the question mark may stand a secret.
  out.url = endpoint_.url.substr(0, endpoint_.url.find('?'));
  out.state = !endpoint_.problem.empty() ? "unusable"
              : !disabled_.empty()       ? "disabled"
              : failures_ > 0            ? "failing"
                                         : "delivering";
  out.error = !endpoint_.problem.empty() ? endpoint_.problem
              : !disabled_.empty()       ? disabled_
                                         : error_;
  out.last_delivered = last_delivered_;
  out.cursor = cursor_;
  return out;
}

}  // namespace herald::journal
