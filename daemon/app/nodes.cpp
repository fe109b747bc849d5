// One of several nodes on one database: what it hears of the others, and the work that exactly one
// of them does.
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/json/value.hpp>
#include <cstdlib>

#include "app/app.hpp"
#include "app/operations.hpp"

namespace herald::app {
namespace {

namespace json = boost::json;

/// Looks at everything that words may have been lost about, people's inboxes among it, so many
/// seconds apart at least.
constexpr unsigned kInboxLooks = 5;

}  // namespace

void App::join_nodes() {
  core_->nodes->on_news({
      [this] {
        core_->dispatcher.shares_changed();
        take_up_periodic();
      },
      [this](const store::Word& word) { heard(word); },
      [this] { look_at_others(); },
      [this](const std::string& why) {
        // Nothing that is done from here on would be recorded; what is in memory is another's.
        fail("node.lost", base::fail(base::Code::unavailable,
                                     why + "; this process ends and may be started again at once"));
        std::_Exit(1);
      },
  });
}

void App::heard(const store::Word& word) {
  using Kind = store::Word::Kind;
  switch (word.kind) {
    case Kind::inbox:
      return core_->inbox.changed_elsewhere(word.user);
    case Kind::journal:
      return core_->feed.grown();
    case Kind::people:
      return;  // store/history.hpp
    case Kind::due:
    case Kind::notification:
      return core_->dispatcher.heard(word);
    case Kind::settings:
      refresh_tokens([](const base::Result<void>&) {});
      return core_->dispatcher.heard(word);
    case Kind::everything:
      refresh_tokens([](const base::Result<void>&) {});
      core_->dispatcher.heard(word);
      core_->feed.grown();
      return core_->inbox.look_again();
  }
}

void App::look_at_others() {
  core_->dispatcher.look_at_others();
  refresh_tokens([](const base::Result<void>&) {});
  if (++looks_ % kInboxLooks == 0) core_->inbox.look_again();
}

void App::tokens_changed(std::function<void(base::Result<void>)> done) {
  if (core_->nodes != nullptr) core_->nodes->tell({store::Word::Kind::settings, {}, 0});
  refresh_tokens(std::move(done));
}

void App::take_up_periodic() {
  if (core_->nodes->periodic() && !periodic_) on_main([this] { begin_periodic(); });
}

void App::begin_periodic() {
  if (periodic_.exchange(true)) return;
  core_->sql_producer.start();
  std::vector<base::Error> problems;
  core_->webhooks.configure(endpoints(*config(), core_->secrets, &problems));
  for (const auto& problem : problems) fail("webhook.unusable", problem);
  if (core_->nodes != nullptr)
    log_->info("node.periodic", "webhooks and the outbox are told and taken by this node");
}

void ControlOperations::nodes(Reply reply) {
  auto* nodes = app_.core().nodes;
  if (nodes == nullptr) return reply(json::object{{"nodes", json::array{}}});
  nodes->nodes([reply = std::move(reply)](base::Result<std::vector<store::Node>> all) {
    if (!all) return reply(all.error());
    json::array out;
    for (const auto& node : *all)
      out.push_back(json::object{
          {"name", node.name},
          {"fence", node.fence},
          {"version", node.version},
          {"started", base::to_iso8601(node.started)},
          {"lease_left", std::chrono::duration_cast<std::chrono::milliseconds>(node.left).count()},
          {"shares", node.shares},
          {"periodic", node.periodic},
          {"self", node.self}});
    reply(json::object{{"nodes", std::move(out)}});
  });
}

}  // namespace herald::app
