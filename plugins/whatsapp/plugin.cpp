#include <algorithm>

#include "request.hpp"
#include "text.hpp"
#include "whatsapp.hpp"

namespace whatsapp {
namespace {

/// A secret as files hold it, often with a newline at the end. Nothing when it cannot stand in a
/// header.
std::string usable(std::string_view secret) {
  while (!secret.empty() &&
         (secret.back() == '\n' || secret.back() == '\r' || secret.back() == ' '))
    secret.remove_suffix(1);
  const bool printable =
      std::all_of(secret.begin(), secret.end(), [](char c) { return c > 0x20 && c < 0x7F; });
  return printable && secret.size() <= 4096 ? std::string{secret} : std::string{};
}

const char* word(herald_result result) {
  switch (result) {
    case HERALD_DELIVERED:
      return "delivered";
    case HERALD_ACCEPTED:
      return "accepted";
    case HERALD_RETRY:
      return "retry";
    case HERALD_REJECTED:
      return "rejected";
    case HERALD_CHANNEL_DOWN:
      return "channel_down";
    case HERALD_UNKNOWN:
      break;
  }
  return "unknown";
}

/// A label from a closed set: codes of the table, "other", or "none".
std::string label(const std::optional<int64_t>& code) {
  if (!code) return "none";
  const auto known = rules();
  return std::any_of(known.begin(), known.end(),
                     [&](const Rule& r) { return r.first <= *code && *code <= r.last; }) &&
                 (*code < 200 || *code > 299)
             ? std::to_string(*code)
         : *code >= 200 && *code <= 299 ? "200-299"
                                        : "other";
}

}  // namespace

void Whatsapp::configure(std::string_view json) {
  auto settings = read_settings(json);
  if (started_ && settings.webhook_path != settings_.webhook_path)
    throw herald::Error{HERALD_E_RESTART, "the webhook's path changes with a new instance"};
  settings_ = std::move(settings);
}

void Whatsapp::start() {
  started_ = true;
  sends_ = host().counter("whatsapp_sends_total", "Send requests by result and provider code");
  webhooks_ = host().counter("whatsapp_webhooks_total", "Webhook requests by HTTP status answered");
  statuses_ = host().counter("whatsapp_statuses_total", "Statuses heard by webhook");
  inbound_ = host().counter("whatsapp_inbound_total", "Messages from people, by type");
  watch("token", token_);
  watch("app_secret", app_secret_);
  watch("verify_token", verify_token_);
  mount_webhook();
}

void Whatsapp::watch(const char* name, std::string& into) {
  host().watch_secret(name, [this, name, &into](const herald::Secret& secret) {
    auto value = secret.ok() ? usable(secret.value) : std::string{};
    if (value.empty())
      host().error("a secret is missing or not printable; name it under the channel's `secrets`",
                   {{"secret", name}});
    std::fill(into.begin(), into.end(), '\0');
    into = std::move(value);
  });
}

void Whatsapp::deliver(const herald::Delivery& delivery, herald::Completion done) {
  if (token_.empty())
    return finish(std::move(done),
                  {herald::Outcome::channel_down(
                       HERALD_REASON_CONFIGURATION,
                       "the secret `token` is not set; name it under the channel's `secrets`"),
                   {}});
  auto body = send_body(settings_, delivery);
  if (!body.problem.empty())
    return finish(std::move(done), {herald::Outcome::rejected(body.reason, body.problem), {}});
  herald::Request request{.method = "POST", .url = settings_.messages_url(), .once = true};
  request.headers = {{"Authorization", "Bearer " + token_},
                     {"Content-Type", "application/json"},
                     {"Accept", "application/json"}};
  request.body = std::move(body.json);
  // A little earlier than the attempt's own end, so that the answer still counts.
  const auto left = delivery.timeout - delivery.timeout / 10;
  request.timeout = left.count() > 0 ? std::min(settings_.timeout, left) : settings_.timeout;
  request.max_response_bytes = 64 * 1024;
  host().fetch(request, [this, attempt = delivery.attempt,
                         done = std::move(done)](const herald::FetchResult& result) mutable {
    finish(std::move(done), read_answer(result, attempt));
  });
}

void Whatsapp::finish(herald::Completion done, Answer answer) {
  sends_.record(1, {{"result", word(answer.outcome.result)}, {"code", label(answer.code)}});
  note(answer);
  done(answer.outcome);
}

/// One clear line when the channel goes down and one when it works again, however many attempts.
void Whatsapp::note(const Answer& answer) {
  const auto& o = answer.outcome;
  if (o.result == HERALD_CHANNEL_DOWN && alarm_ != o.detail) {
    alarm_ = o.detail;
    host().error("WhatsApp refuses to work until somebody acts", {{"cause", o.detail}});
  } else if (o.result == HERALD_ACCEPTED && alarm_) {
    alarm_.reset();
    host().info("WhatsApp works again");
  }
}

}  // namespace whatsapp

HERALD_PLUGIN(
    whatsapp::Whatsapp, .id = "org.herald.whatsapp", .name = "WhatsApp", .version = "0.1.0",
    .license = "Apache-2.0", .description = "WhatsApp Business messages through Meta's Cloud API",
    .config_schema =
        R"({"type":"object","additionalProperties":false,"required":["phone_number_id"],)"
        R"("properties":{"provider":{"enum":["cloud-api"]},"base_url":{"type":"string"},)"
        R"("version":{"type":"string"},"phone_number_id":{"type":["string","integer"]},)"
        R"("timeout":{"type":"string"},"preview_url":{"type":"boolean"},)"
        R"("webhook_path":{"type":"string"},"templates":{"type":"object","additionalProperties":)"
        R"({"type":"object","additionalProperties":false,"required":["name","language"],)"
        R"("properties":{"name":{"type":"string"},"language":{"type":"string"},)"
        R"("header":{"type":"string"},"params":{"type":"array","items":{"type":"string"}},)"
        R"("buttons":{"type":"array","items":{"type":"object"}},)"
        R"("when":{"enum":["always","never"]}}}}}})",
    .flags = HERALD_PLUGIN_RECEIPTS | HERALD_PLUGIN_DISTURBS, .max_message_bytes = 64 * 1024,
    .addresses = "whatsapp.user_id whatsapp.phone phone", .formats = "text/markdown text/plain",
    .evidence = herald::evidence(HERALD_RECEIPT_SENT, HERALD_RECEIPT_DELIVERED,
                                 HERALD_RECEIPT_READ));
