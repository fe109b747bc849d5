#pragma once

#include "app/app.hpp"
#include "app/audit_job.hpp"
#include "control/operations.hpp"

namespace herald::app {

/// What the control socket can ask of the daemon.
class ControlOperations final : public control::Operations {
 public:
  explicit ControlOperations(App& app) : app_{app} {}

  model::ports::Producer& producer() override { return app_.core().producer; }
  void status(Reply reply) override;
  void channels(Reply reply) override;
  void nodes(Reply reply) override;
  void pause(std::string channel, std::string reason, std::string by, Reply reply) override;
  void resume(std::string channel, Reply reply) override;
  void check_config(std::string path, Reply reply) override;
  void reload(Reply reply) override;
  void add_user(boost::json::object user, Reply reply) override;
  void show_user(std::string spelled, Reply reply) override;
  void user_token(std::string user, base::Duration lifetime, Reply reply) override;
  void service_token(std::string name, std::vector<std::string> scopes, base::TimePoint expires,
                     Reply reply) override;
  void service_tokens(Reply reply) override;
  void revoke_token(std::string name, Reply reply) override;
  void revoke_user_tokens(std::string user, Reply reply) override;
  void explain(std::string producer, boost::json::value request, bool private_parts,
               Reply reply) override;
  void audit(std::optional<base::TimePoint> since,
             std::function<bool(boost::json::object)> progress, Reply reply) override;
  base::Result<std::shared_ptr<control::EventSource>> monitor(control::MonitorQuery query,
                                                              std::function<void()> ready) override;
  void webhooks(Reply reply) override;
  void webhook_messages(std::string name, bool dead, std::string after, Reply reply) override;
  void redeliver_webhook(std::string name, std::string id, Reply reply) override;
  /// Ends what runs on threads of its own; before the store closes.
  void stop() { audit_.stop(); }

 private:
  /// Refuses, where another node tells the webhooks.
  bool tells_webhooks(const Reply& reply) const;
  void resolve(const std::string& spelled, std::function<void(base::Result<model::UserId>)> done);
  App& app_;
  AuditJob audit_;
};

/// Adds to a channel's description what its gates look like.
void add_gates(boost::json::object& channel, const delivery::Gates::View& gates);

/// {valid, diagnostics: [...], warnings: [...]} as the control room wants it.
boost::json::object diagnostics_json(const config::Diagnostics& diagnostics);

}  // namespace herald::app
