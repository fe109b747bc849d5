#include "whatsapp.hpp"

// The provider calls here: Meta once to verify the address, both for every status and message.
namespace whatsapp {
namespace {

constexpr uint64_t kMaxBody = 4 << 20;  // Meta says up to 3 MB

}  // namespace

std::string Whatsapp::path() const {
  return settings_.webhook_path.empty() ? "/hooks/" + std::string{host().instance()}
                                        : settings_.webhook_path;
}

void Whatsapp::mount_webhook() {
  herald::Route route;
  route.path = path();
  route.access = HERALD_ACCESS_ANYONE;  // the signature proves who calls
  const auto mounted = [this](const herald::Done& done) {
    if (!done.ok())
      host().error(
          "the webhook's path was refused; set `webhook_path` to one below the channel's "
          "prefix, or no status will be heard",
          {{"path", path()}, {"cause", done.error}});
  };
  if (provider_->verifies()) {
    route.methods = "GET";
    route.max_body = 0;
    host().mount(
        route, [this](const auto& request, const auto& exchange) { verify(request, exchange); },
        mounted);
  }
  route.methods = "POST";
  route.max_body = kMaxBody;
  host().mount(
      route, [this](const auto& request, const auto& exchange) { notified(request, exchange); },
      mounted);
}

void Whatsapp::answer(const herald::Exchange& exchange, herald::Response response) {
  webhooks_.record(1, {{"status", std::to_string(response.status)}});
  response.headers.emplace_back("X-Content-Type-Options", "nosniff");
  response.headers.emplace_back("Cache-Control", "no-store");
  if (response.status == 503) response.headers.emplace_back("Retry-After", "5");
  exchange.respond(response);
}

void Whatsapp::verify(const herald::Incoming& request, const herald::Exchange& exchange) {
  auto response = provider_->verification(request);
  if (response.status == 403)
    host().warn("a webhook verification with a wrong verify token was refused",
                {{"peer", request.peer}});
  else if (response.status == 200)
    host().info("the provider has verified the webhook");
  answer(exchange, std::move(response));
}

}  // namespace whatsapp
