#include <algorithm>

#include "notice.hpp"
#include "signature.hpp"
#include "whatsapp.hpp"

// The provider calls here: once to verify the address, then for every status and message.
namespace whatsapp {
namespace {

constexpr uint64_t kMaxBody = 4 << 20;  // the provider says up to 3 MB
constexpr std::size_t kMaxReceipts = 1'000, kMaxChallenge = 256;

const char* word(herald_receipt_state state) {
  switch (state) {
    case HERALD_RECEIPT_SENT:
      return "sent";
    case HERALD_RECEIPT_DELIVERED:
      return "delivered";
    case HERALD_RECEIPT_READ:
      return "read";
    case HERALD_RECEIPT_ANSWERED:
      return "answered";
    case HERALD_RECEIPT_FAILED:
      break;
  }
  return "failed";
}

bool is_challenge(std::string_view s) {
  if (s.empty() || s.size() > kMaxChallenge) return false;
  for (const char c : s)
    if (c <= 0x20 || c >= 0x7F || c == '<') return false;
  return true;
}

}  // namespace

/// The receipts of one request, recorded in portions, and who waits for it.
struct Whatsapp::Batch {
  std::vector<herald::Receipt> receipts;
  std::size_t next = 0;
  herald::Exchange exchange;
};

std::string Whatsapp::path() const {
  return settings_.webhook_path.empty() ? "/hooks/" + std::string{host().instance()}
                                        : settings_.webhook_path;
}

void Whatsapp::mount_webhook() {
  herald::Route route;
  route.path = path();
  route.access = HERALD_ACCESS_ANYONE;  // the signature proves who calls
  route.methods = "GET";
  route.max_body = 0;
  const auto mounted = [this](const herald::Done& done) {
    if (!done.ok())
      host().error(
          "the webhook's path was refused; set `webhook_path` to one below the channel's "
          "prefix, or no status will be heard",
          {{"path", path()}, {"cause", done.error}});
  };
  host().mount(
      route, [this](const auto& request, const auto& exchange) { verify(request, exchange); },
      mounted);
  route.methods = "POST";
  route.max_body = kMaxBody;
  host().mount(
      route, [this](const auto& request, const auto& exchange) { notified(request, exchange); },
      mounted);
}

void Whatsapp::answer(const herald::Exchange& exchange, uint32_t status, std::string_view text) {
  webhooks_.record(1, {{"status", std::to_string(status)}});
  auto response = herald::Response::plain(std::string{text}, status);
  response.headers.emplace_back("X-Content-Type-Options", "nosniff");
  response.headers.emplace_back("Cache-Control", "no-store");
  if (status == 503) response.headers.emplace_back("Retry-After", "5");
  exchange.respond(response);
}

void Whatsapp::verify(const herald::Incoming& request, const herald::Exchange& exchange) {
  const auto challenge = request.query_value("hub.challenge");
  if (request.query_value("hub.mode") != "subscribe" || !is_challenge(challenge))
    return answer(exchange, 400, "not a subscription request\n");
  if (verify_token_.empty() ||
      !same_secret(verify_token_, request.query_value("hub.verify_token"))) {
    host().warn("a webhook verification with a wrong verify token was refused",
                {{"peer", request.peer}});
    return answer(exchange, 403, "wrong verify token\n");
  }
  host().info("the provider has verified the webhook");
  answer(exchange, 200, challenge);
}

void Whatsapp::notified(const herald::Incoming& request, const herald::Exchange& exchange) {
  if (app_secret_.empty()) return answer(exchange, 503, "not ready\n");
  // Over the bytes as they came: written anew the same JSON has another signature.
  if (!signed_by(app_secret_, request.body, request.header("x-hub-signature-256"))) {
    host().warn(
        "a webhook with a wrong signature was refused; if it came from the provider, "
        "compare the secret `app_secret` with the app's",
        {{"peer", request.peer}});
    return answer(exchange, 401, "wrong signature\n");
  }
  auto notice = read_notice(request.body, settings_.phone_number_id);
  if (!notice) return answer(exchange, 400, "not a JSON object\n");
  for (const auto& r : notice->receipts) statuses_.record(1, {{"status", word(r.state)}});
  if (notice->ignored != 0) statuses_.record(notice->ignored, {{"status", "ignored"}});
  for (const auto& [type, count] : notice->inbound) inbound_.record(count, {{"type", type}});
  for (const auto& alarm : notice->alarms)
    host().error("WhatsApp reports a problem with the account", {{"cause", alarm}});
  record(std::make_shared<Batch>(Batch{std::move(notice->receipts), 0, exchange}));
}

void Whatsapp::record(const std::shared_ptr<Batch>& batch) {
  if (batch->next == batch->receipts.size()) return answer(batch->exchange, 200, "");
  const auto end = std::min(batch->receipts.size(), batch->next + kMaxReceipts);
  const auto at = batch->receipts.begin();
  const std::vector<herald::Receipt> portion(at + static_cast<std::ptrdiff_t>(batch->next),
                                             at + static_cast<std::ptrdiff_t>(end));
  batch->next = end;
  host().receipts(portion, [this, batch](const herald::Done& done) {
    if (done.ok()) return record(batch);
    host().warn("statuses could not be recorded; the provider will send them again",
                {{"cause", done.error}});
    answer(batch->exchange, 503, "could not be recorded; send it again\n");
  });
}

}  // namespace whatsapp
