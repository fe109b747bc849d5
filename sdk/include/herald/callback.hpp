// callback.hpp - a function object that can only be moved, so that a callback may own a Completion.
#pragma once

#include <cstddef>
#include <memory>
#include <type_traits>
#include <utility>

#pragma GCC visibility push(hidden)
namespace herald::inline v1 {

template <class... Args>
class Callback {
 public:
  Callback() noexcept = default;
  Callback(std::nullptr_t) noexcept {}  // NOLINT(google-explicit-constructor): like std::function
  template <class F, class = std::enable_if_t<!std::is_same_v<std::decay_t<F>, Callback> &&
                                              std::is_invocable_v<std::decay_t<F>&, Args...>>>
  Callback(F&& f)  // NOLINT(google-explicit-constructor): like std::function
      : body_{std::make_unique<Body<std::decay_t<F>>>(std::forward<F>(f))} {}

  explicit operator bool() const noexcept { return body_ != nullptr; }
  void operator()(Args... args) { body_->call(std::forward<Args>(args)...); }

 private:
  struct Base {
    virtual ~Base() = default;
    virtual void call(Args... args) = 0;
  };
  template <class F>
  struct Body final : Base {
    explicit Body(F f) : f_{std::move(f)} {}
    void call(Args... args) override { f_(std::forward<Args>(args)...); }
    F f_;
  };
  std::unique_ptr<Base> body_;
};

}  // namespace herald::inline v1
#pragma GCC visibility pop
