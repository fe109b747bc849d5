// handles.hpp - what Host gives back for things that go on: timers, fetches, subscriptions,
// metrics.
#pragma once

#include <herald/detail/link.hpp>

#include <initializer_list>

#pragma GCC visibility push(hidden)
namespace herald::inline v1 {

/// Name-value pairs written in place: host.info("sent", {{"status", "200"}}).
using Labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;

namespace detail {

inline std::vector<herald_kv> rows(Labels labels) {
  std::vector<herald_kv> out;
  out.reserve(labels.size());
  for (const auto& [key, value] : labels) out.push_back({str(key), str(value)});
  return out;
}

/// A token that can be given up. Copyable; dropping the handle changes nothing.
class Handle {
 public:
  Handle() = default;
  Handle(std::shared_ptr<Link> link, herald_token token) : link_{std::move(link)}, token_{token} {}
  herald_token token() const noexcept { return token_; }

 protected:
  std::shared_ptr<Link> link_;
  herald_token token_ = 0;
};

}  // namespace detail

class Timer : public detail::Handle {
 public:
  using Handle::Handle;
  /// Called on the strand: the callback does not run any more.
  void cancel() {
    if (!link_) return;
    link_->remove(token_);
    link_->call(link_->core, [&](const auto& t, auto* host) { return t.timer_stop(host, token_); });
  }
};

class Fetch : public detail::Handle {
 public:
  using Handle::Handle;
  /// Ends it early; the callback still comes, with HERALD_E_STATE unless it was already over.
  void cancel() {
    if (!link_) return;
    link_->call(link_->http,
                [&](const auto& t, auto* host) { return t.fetch_cancel(host, token_); });
  }
};

class Subscription : public detail::Handle {
 public:
  using Handle::Handle;
  /// Called on the strand: the callback does not run any more.
  void cancel() {
    if (!link_) return;
    link_->remove(token_);
    link_->call(link_->inbox,
                [&](const auto& t, auto* host) { return t.unsubscribe(host, token_); });
  }
};

class Mount : public detail::Handle {
 public:
  using Handle::Handle;
  /// Later requests get 404; open exchanges go on.
  void cancel() {
    if (!link_) return;
    link_->call(link_->http, [&](const auto& t, auto* host) { return t.unmount(host, token_); });
    link_->remove(token_);
  }
};

/// A counter, gauge or histogram of this plugin; does nothing when the host has no metrics.
class Metric : public detail::Handle {
 public:
  using Handle::Handle;
  /// Counter: adds; gauge: sets; histogram: observes (seconds).
  void record(double value, Labels labels = {}) const {
    if (!link_) return;
    const auto rows = detail::rows(labels);
    link_->call(link_->metrics, [&](const auto& t, auto* host) {
      return t.record(host, token_, value, {rows.data(), rows.size()});
    });
  }
};

}  // namespace herald::inline v1
#pragma GCC visibility pop
