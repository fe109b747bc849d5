#include "delivery/sql_producer.hpp"

#include "base/faults.hpp"

namespace herald::delivery {
namespace {

/// Rows of one page: at 256 KiB each what memory bears, and enough to share a commit.
constexpr unsigned kPage = 128;
/// How long a row waits at most when nobody was told of it.
constexpr model::Duration kPoll{std::chrono::milliseconds{500}};
/// While another request with the same key is being stored.
constexpr model::Duration kSoon{std::chrono::milliseconds{50}};
/// After the store could take nothing.
constexpr model::Duration kPause{std::chrono::seconds{1}};

}  // namespace

void SqlProducer::start() {
  if (need_.outbox == nullptr) return;
  need_.executor.post([this] {
    stopped_ = false;
    look();
  });
  need_.outbox->on_outbox([this] { need_.executor.post([this] { look(); }); });
}

void SqlProducer::stop(std::function<void()> done) {
  need_.executor.post([this, done = std::move(done)]() mutable {
    stopped_ = true;
    if (timer_ != 0) need_.executor.cancel(std::exchange(timer_, 0));
    if (!looking_) return done();
    when_stopped_ = std::move(done);
  });
}

void SqlProducer::look() {
  if (stopped_) return;
  again_ = looking_;
  if (looking_) return;
  if (timer_ != 0) need_.executor.cancel(std::exchange(timer_, 0));
  looking_ = true;
  give_up_ = busy_ = false;
  after_ = 0;
  read();
}

void SqlProducer::read() {
  need_.outbox->outbox(after_, kPage, [this](base::Result<std::vector<store::OutboxRow>> page) {
    need_.executor.post([this, page = std::move(page)]() mutable { found(std::move(page)); });
  });
}

void SqlProducer::found(base::Result<std::vector<store::OutboxRow>> page) {
  if (stopped_ || !page) return rest(kPoll);
  if (page->empty()) return rest(give_up_ ? kPause : busy_ ? kSoon : kPoll);
  HERALD_POINT("sql.page_read");
  full_page_ = page->size() == kPage;
  after_ = page->back().number;
  under_way_ = page->size();
  for (auto& row : *page)
    need_.producer.submit_row(
        *need_.outbox, std::move(row), [this](base::Result<std::optional<Producer::Ended>> done) {
          need_.executor.post([this, done = std::move(done)] { settled(done); });
        });
}

void SqlProducer::settled(const base::Result<std::optional<Producer::Ended>>& row) {
  if (row && *row) need_.observer.recorded((*row)->applied, {(*row)->why});
  if (!row) {
    const auto code = row.error().code;
    // conflict: somebody else has it.
    busy_ = busy_ || code == base::Code::in_flight;
    give_up_ = give_up_ || (code != base::Code::in_flight && code != base::Code::conflict);
    if (code == base::Code::internal)
      need_.observer.trouble("sql.not_taken",
                             "a row of the outbox stays there: " + row.error().message, {});
  }
  if (--under_way_ > 0) return;
  HERALD_POINT("sql.page_taken");
  if (full_page_ && !give_up_ && !stopped_) return read();
  rest(give_up_ ? kPause : busy_ ? kSoon : kPoll);
}

void SqlProducer::rest(model::Duration pause) {
  looking_ = false;
  if (stopped_) {
    if (const auto done = std::exchange(when_stopped_, nullptr)) done();
    return;
  }
  if (std::exchange(again_, false) && !give_up_) return look();
  timer_ = need_.executor.after(pause, [this] {
    timer_ = 0;
    look();
  });
}

}  // namespace herald::delivery
