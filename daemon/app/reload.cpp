// Reload: all fallible work first, then one swap; a bad configuration never replaces a good one.
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/signal_set.hpp>

#include "app/app.hpp"
#include "app/notify.hpp"
#include "app/operations.hpp"
#include "base/faults.hpp"
#include "routing/routing.hpp"

namespace herald::app {

void App::reload(std::function<void(const ReloadResult&)> done) {
  on_main([this, done = std::move(done)] {
    notify_reloading();
    const auto result = reload_now();
    notify_manager("READY=1\nSTATUS=Serving");
    if (result.ok()) {
      std::string changed, restart;
      for (const auto& change : result.changes) {
        changed += (changed.empty() ? "" : ", ") + change.what;
        if (change.restart) restart += (restart.empty() ? "" : ", ") + change.what;
      }
      log_->info("config.reloaded", changed.empty() ? "reloaded; nothing changed" : "reloaded",
                 {{"changed", changed}});
      if (!restart.empty())
        log_->warning("config.restart", "some changes take effect only after a restart",
                      {{"settings", restart}});
    } else {
      for (const auto& problem : result.problems) fail("config.refused", problem);
      if (!result.diagnostics.ok())
        log_->error("config.refused",
                    "the configuration has " + std::to_string(result.diagnostics.errors()) +
                        " mistakes and was not used; the one before stays in force: " +
                        result.diagnostics.first());
    }
    done(result);
  });
}

ReloadResult App::reload_now() {
  ReloadResult result;
  const auto before = config();
  auto loaded = config::load(config_path_, result.diagnostics, routing::check_names);
  if (!loaded) {
    if (result.diagnostics.ok()) result.problems.push_back(loaded.error());
    return result;
  }
  const auto next = *loaded;
  HERALD_POINT("app.reload_read");
  for (auto& problem : core_->secrets.load(*next)) result.problems.push_back(std::move(problem));
  if (auto keys = load_keys(*next); !keys) result.problems.push_back(keys.error());
  auto webhooks = endpoints(*next, core_->secrets, &result.problems);
  if (result.problems.empty())
    result.problems = core_->plugins.reload(channel_specs(*next), template_spec(*next));
  HERALD_POINT("app.reload_plugins_changed");
  if (result.problems.empty()) {
    routing::check(*next, core_->plugins.channels(), *core_->plugins.catalog(), result.diagnostics);
    if (result.diagnostics.ok())
      if (auto logging = log_->reconfigure(log_options(*next)); !logging)
        result.problems.push_back(logging.error());
    // What the new routes ask of the new channels can only be judged once these exist: back to the
    // old ones.
    if (!result.ok())
      for (const auto& problem :
           core_->plugins.reload(channel_specs(*before), template_spec(*before)))
        fail("config.rollback", problem);
  }
  if (!result.ok()) {
    HERALD_POINT("app.reload_refused");
    if (HERALD_MUTANT("config_swap_before_check")) {
      {
        const std::lock_guard lock{config_mutex_};
        config_ = next;
      }
      return apply_rules(), result;
    }
    for (const auto& problem : core_->secrets.load(*before)) fail("config.rollback", problem);
    if (auto keys = load_keys(*before); !keys) fail("config.rollback", keys.error());
    return result;
  }
  result.changes = config::diff(*before, *next);
  {
    const std::lock_guard lock{config_mutex_};
    config_ = next;
  }
  HERALD_POINT("app.reload_swapped");
  core_->directory.set_region(next->directory.region);
  core_->store->reconfigure(store_options(*next));
  core_->dispatcher.reconfigure(dispatcher_options(*next));
  apply_rules();
  core_->networks.allow(next->outbound_allow);
  if (periodic_) core_->webhooks.configure(std::move(webhooks));
  HERALD_POINT("app.reload_applied");
  return result;
}

}  // namespace herald::app
