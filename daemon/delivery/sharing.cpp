#include "delivery/sharing.hpp"

#include "base/faults.hpp"
#include "delivery/poller.hpp"
#include "delivery/suspects.hpp"
#include "delivery/work.hpp"

namespace herald::delivery {
namespace {

/// After what was cut off could not be read.
constexpr model::Duration kOpenAgain{std::chrono::seconds{1}};
/// How often shares that are to be left are looked at.
constexpr model::Duration kLeaveAgain{std::chrono::milliseconds{20}};

model::Rate part_of(model::Rate rate, double part) {
  if (!rate.limited()) return rate;
  rate.per = model::Duration{static_cast<int64_t>(static_cast<double>(rate.per.count()) / part)};
  return rate;
}

}  // namespace

bool Dispatcher::Sharing::mine(const Work& work) const { return mine(work.notification.head.user); }

void Dispatcher::Sharing::start() {
  started_ = true;
  shares_changed();
}

void Dispatcher::Sharing::shares_changed() {
  if (!started_ || !d_.working_) return;
  configure_gates();
  if (!leaving_) leave();
  open();
}

void Dispatcher::Sharing::configure_gates() {
  auto rules = d_.options_.gates;
  if (d_.need_.nodes != nullptr) {
    // Without a share nothing is sent; the smallest part keeps the arithmetic sound.
    const auto part = std::max(d_.need_.nodes->part(), 1.0 / store::kShares);
    for (auto& [name, limits] : rules.channels) {
      limits.rate = part_of(limits.rate, part);
      if (limits.burst > 0) limits.burst = std::max(1U, static_cast<unsigned>(limits.burst * part));
    }
  }
  d_.gates_.configure(std::move(rules));
}

/// What a plugin owed to whoever worked on these before is declared lost first (R13).
void Dispatcher::Sharing::open() {
  if (opening_) return;
  const auto next = d_.need_.nodes->to_open();
  if (next.shares == 0) return;
  opening_ = true;
  if (next.after_death) d_.suspects_->beware();
  d_.recover({}, [this](base::Result<void> recovered) {
    if (!recovered) {
      d_.need_.executor.after(kOpenAgain, [this] {
        opening_ = false;
        open();
      });
      return;
    }
    HERALD_POINT("delivery.shares_opened");
    d_.need_.nodes->opened();
    opening_ = false;
    d_.poller_->look_again();
    for (const auto& channel : d_.need_.channels.channels()) d_.lift(channel.name, {});
    open();
  });
}

/// Those of which something is under way.
store::Shares Dispatcher::Sharing::busy() const {
  store::Shares out = 0;
  for (const auto& [id, work] : d_.works_)
    if (work->loaded) out |= store::Shares{1} << store::share_of(work->notification.head.user);
  return out;
}

void Dispatcher::Sharing::leave() {
  const auto leaving = d_.need_.nodes->to_leave();
  leaving_ = leaving != 0;
  if (!leaving_) return;
  // What only waits is let go: it is nobody's until another node has it.
  std::vector<std::string> idle;
  for (const auto& [id, work] : d_.works_)
    if (work->loaded && store::has(leaving, store::share_of(work->notification.head.user)))
      idle.push_back(id);
  for (const auto& id : idle)
    if (auto* work = d_.find(id)) d_.advance(*work);
  if (const auto done = leaving & ~busy(); done != 0) d_.need_.nodes->left(done);
  d_.need_.executor.after(kLeaveAgain, [this] { leave(); });
}

void Dispatcher::Sharing::heard(const store::Word& word) {
  if (!d_.working_) return;
  using Kind = store::Word::Kind;
  if (word.kind == Kind::settings || word.kind == Kind::everything) d_.follow_pauses();
  if (word.kind == Kind::notification) {
    // Held here, it is loaded anew.
    if (auto* work = d_.find(word.id); work != nullptr && mine(*work))
      return d_.push(word.id, Pending{});
  }
  if (word.kind == Kind::due || word.kind == Kind::notification || word.kind == Kind::everything)
    d_.poller_->look_again();
}

void Dispatcher::shares_changed() {
  need_.executor.post([this] { sharing_->shares_changed(); });
}

void Dispatcher::heard(store::Word word) {
  need_.executor.post([this, word = std::move(word)] { sharing_->heard(word); });
}

void Dispatcher::look_at_others() {
  need_.executor.post([this] {
    if (!working_) return;
    // A lease that had run out may be there again.
    sharing_->shares_changed();
    follow_pauses();
  });
}

}  // namespace herald::delivery
