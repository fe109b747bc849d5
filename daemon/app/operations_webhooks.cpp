#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/json/value.hpp>
#include <charconv>

#include "app/monitor.hpp"
#include "app/operations.hpp"

namespace herald::app {
namespace {

namespace json = boost::json;

constexpr unsigned kPage = 100;

json::value time(base::TimePoint at) {
  if (at == base::TimePoint{} || at == base::TimePoint::max()) return nullptr;
  return json::value(base::to_iso8601(at));
}

}  // namespace

base::Result<std::shared_ptr<control::EventSource>> ControlOperations::monitor(
    control::MonitorQuery query, std::function<void()> ready) {
  return follow(app_.core().feed, query, std::move(ready));
}

bool ControlOperations::tells_webhooks(const Reply& reply) const {
  if (app_.periodic()) return true;
  reply(
      base::fail(base::Code::conflict,
                 "the webhooks are told by another node; ask that one (heraldctl nodes names it)"));
  return false;
}

void ControlOperations::webhooks(Reply reply) {
  if (!tells_webhooks(reply)) return;
  app_.core().webhooks.list(
      [reply = std::move(reply)](base::Result<std::vector<journal::Webhooks::Listed>> listed) {
        if (!listed) return reply(listed.error());
        json::array out;
        for (const auto& w : *listed)
          out.push_back(json::object{{"name", w.state.name},
                                     {"url", w.state.url},
                                     {"state", w.state.state},
                                     {"error", w.state.error},
                                     {"last_delivered", time(w.state.last_delivered)},
                                     {"behind", w.behind},
                                     {"waiting", w.waiting},
                                     {"dead", w.dead}});
        reply(json::object{{"webhooks", std::move(out)}});
      });
}

void ControlOperations::webhook_messages(std::string name, bool dead, std::string after,
                                         Reply reply) {
  uint64_t position = 0;
  const auto* end = after.data() + after.size();
  if (const auto [at, ec] = std::from_chars(after.data(), end, position);
      !after.empty() && (ec != std::errc{} || at != end))
    return reply(
        base::fail(base::Code::invalid, "after is what an earlier answer gave as next", "after"));
  app_.core().store->webhook_messages(
      std::move(name), dead, position, kPage,
      [reply = std::move(reply)](base::Result<std::vector<store::WebhookMessage>> page) {
        if (!page) return reply(page.error());
        json::array out;
        for (const auto& m : *page)
          out.push_back(json::object{{"id", m.id},
                                     {"notification", m.notification},
                                     {"tries", m.tries},
                                     {"first_try", time(m.first_try)},
                                     {"next_try", time(m.next_try)},
                                     {"error", m.error}});
        json::object answer{{"messages", std::move(out)}};
        if (page->size() == kPage) answer["next"] = std::to_string(page->back().position);
        reply(std::move(answer));
      });
}

void ControlOperations::redeliver_webhook(std::string name, std::string id, Reply reply) {
  if (!tells_webhooks(reply)) return;
  app_.core().webhooks.redeliver(std::move(name), std::move(id),
                                 [reply = std::move(reply)](base::Result<uint64_t> count) {
                                   if (!count) return reply(count.error());
                                   reply(json::object{{"redelivered", *count}});
                                 });
}

}  // namespace herald::app
