#include "long_poll.hpp"

#include "handlers.hpp"
#include "problem.hpp"

namespace webchat {
namespace {

class LongPoll final : public Member {
 public:
  LongPoll(Feeds& feeds, const herald::Incoming& request, const herald::Exchange& to,
           const Cursor& cursor, unsigned seconds, std::shared_ptr<Returned> returned)
      : Member{to, request, cursor},
        feeds_{feeds},
        left_{seconds},
        returned_{std::move(returned)} {}

  void take(const Batch& batch) override {
    if (batch.has_news()) return respond(batch);
    // For the answer when the time is over.
    nothing_.emplace(batch);
  }
  bool blocked() const override { return over_; }
  void end(End why) override {
    if (over_) return;
    if (nothing_ && why != End::revoked) return respond(*nothing_);
    over_ = true;
    if (why == End::revoked) {
      refuse(exchange(), 401, "the token was revoked");
      return feeds_.leave(*this);
    }
    exchange().respond({503, {{"Retry-After", "1"}, {"Cache-Control", "no-store"}}, {}});
    feeds_.leave(*this);
  }
  void tick(int64_t now_unix_ms) override {
    if (left_ == 0 || --left_ == 0) return end(End::expired);
    Member::tick(now_unix_ms);
  }

 private:
  void respond(const Batch& batch) {
    over_ = true;
    *returned_ = batch.ids();
    exchange().respond(success(batch.json(after(batch))));
    feeds_.leave(*this);
  }

  Feeds& feeds_;
  unsigned left_;
  bool over_ = false;
  std::optional<Batch> nothing_;
  const std::shared_ptr<Returned> returned_;  // shared with what hears that it was written
};

}  // namespace

void wait_for_news(Feeds& feeds, const herald::Incoming& request, const herald::Exchange& to,
                   const Cursor& cursor, unsigned seconds, std::shared_ptr<Returned> returned) {
  const auto member =
      std::make_shared<LongPoll>(feeds, request, to, cursor, seconds, std::move(returned));
  to.on_revoked([member] { member->end(End::revoked); });
  feeds.join(member);
}

}  // namespace webchat
