// completion.hpp - the promise to answer one operation.
#pragma once

#include <herald/detail/link.hpp>
#include <herald/outcome.hpp>

#include <atomic>

#pragma GCC visibility push(hidden)
namespace herald::inline v1 {
namespace detail {

/// One operation between deliver() and its answer. While the call still runs a dropped Completion
/// waits: if the call throws, the exception is the answer, else "unknown" is.
class Promise {
 public:
  Promise(std::shared_ptr<Link> link, herald_op op) : link_{std::move(link)}, op_{op} {}

  herald_op op() const noexcept { return op_; }
  const std::shared_ptr<Link>& link() const noexcept { return link_; }

  void answer(const Outcome& o) noexcept {
    if (state_.exchange(State::answered) != State::answered) complete(o);
  }
  void drop() noexcept {
    auto state = State::in_call;
    if (state_.compare_exchange_strong(state, State::dropped_in_call)) return;
    if (state == State::returned) answer(dropped());
  }
  /// deliver() has returned normally.
  void returned() noexcept {
    auto state = State::in_call;
    if (state_.compare_exchange_strong(state, State::returned)) return;
    if (state == State::dropped_in_call) answer(dropped());
  }
  /// Somebody else answers: the status of the call, or the inbox together with its commit.
  void release() noexcept { state_ = State::answered; }

 private:
  enum class State { in_call, dropped_in_call, returned, answered };

  static Outcome dropped() {
    // Not RETRY: that would send again what may have left.
    return Outcome::unknown("the plugin dropped the operation without an answer",
                            HERALD_REASON_INTERNAL);
  }
  void complete(const Outcome& o) noexcept {
    try {
      const KvView output{o.output};
      const herald_outcome c{sizeof c,
                             static_cast<uint32_t>(o.result),
                             static_cast<uint32_t>(o.reason),
                             o.retry_after_ms,
                             str(o.provider_id),
                             str(o.detail),
                             output.get()};
      link_->call([&](const herald_host* host) { return link_->core->complete(host, op_, &c); });
    } catch (...) {
      // Out of memory: the attempt's deadline answers instead.
      return;
    }
  }

  std::shared_ptr<Link> link_;
  herald_op op_;
  std::atomic<State> state_{State::in_call};
};

}  // namespace detail

/// Answers one deliver(), reconcile() or render(), once; later answers do nothing. Move-only. May
/// outlive the call it came with and be answered from any thread. Dropping it answers "unknown", so
/// that a forgotten path can neither hang the chain nor answer twice.
class Completion {
 public:
  explicit Completion(std::shared_ptr<detail::Promise> promise) : promise_{std::move(promise)} {}
  Completion(Completion&&) noexcept = default;
  Completion& operator=(Completion&& other) noexcept {
    if (this != &other) {
      if (promise_) promise_->drop();
      promise_ = std::move(other.promise_);
    }
    return *this;
  }
  ~Completion() {
    if (promise_) promise_->drop();
  }

  void operator()(const Outcome& outcome) noexcept {
    if (promise_) promise_->answer(outcome);
    promise_.reset();
  }
  /// False once it was answered or moved away.
  explicit operator bool() const noexcept { return promise_ != nullptr; }
  herald_op op() const noexcept { return promise_ ? promise_->op() : 0; }

 private:
  friend class Host;
  std::shared_ptr<detail::Promise> promise_;
};

}  // namespace herald::inline v1
#pragma GCC visibility pop
