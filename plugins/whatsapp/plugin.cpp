#include "schema.hpp"
#include "whatsapp.hpp"

namespace whatsapp {

void Whatsapp::configure(std::string_view json) {
  auto settings = read_settings(json);
  if (started_ &&
      (settings.webhook_path != settings_.webhook_path || settings.provider != settings_.provider))
    throw herald::Error{HERALD_E_RESTART, "provider and webhook's path change with a new instance"};
  settings_ = std::move(settings);
  provider_ = settings_.provider == ProviderKind::twilio ? make_twilio(settings_, secrets_)
                                                         : make_cloud_api(settings_, secrets_);
}

void Whatsapp::start() {
  started_ = true;
  sends_ = host().counter("whatsapp_sends_total", "Send requests by result and provider code");
  webhooks_ = host().counter("whatsapp_webhooks_total", "Webhook requests by HTTP status answered");
  statuses_ = host().counter("whatsapp_statuses_total", "Statuses heard by webhook");
  inbound_ = host().counter("whatsapp_inbound_total", "Messages from people, by type");
  answers_ = host().counter("whatsapp_answers_total", "What people said, by what came of it");
  // The second of a pair is accepted too while the provider changes from one to the other.
  if (settings_.provider == ProviderKind::twilio) {
    secrets_.watch(host(), "auth_token", false);
    secrets_.watch(host(), "auth_token_2", true);
    secrets_.watch(host(), "api_key_secret", settings_.twilio.api_key_sid.empty());
  } else {
    secrets_.watch(host(), "token", false);
    secrets_.watch(host(), "app_secret", false);
    secrets_.watch(host(), "app_secret_2", true);
    secrets_.watch(host(), "verify_token", false);
  }
  mount_webhook();
}

}  // namespace whatsapp

// A number comes before a user id: every kind of message can be sent to it, by both providers.
HERALD_PLUGIN(whatsapp::Whatsapp, .id = "org.herald.whatsapp", .name = "WhatsApp",
              .version = "0.2.0", .license = "Apache-2.0",
              .description = "WhatsApp Business messages through Meta's Cloud API or Twilio",
              .config_schema = whatsapp::kSchema,
              .flags = HERALD_PLUGIN_RECEIPTS | HERALD_PLUGIN_DISTURBS,
              .max_message_bytes = 64 * 1024, .addresses = "whatsapp.phone phone whatsapp.user_id",
              .formats = "text/markdown text/plain",
              .evidence = herald::evidence(HERALD_RECEIPT_SENT, HERALD_RECEIPT_DELIVERED,
                                           HERALD_RECEIPT_READ, HERALD_RECEIPT_ANSWERED));
