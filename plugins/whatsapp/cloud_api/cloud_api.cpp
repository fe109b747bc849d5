#include "cloud_api/cloud_api.hpp"

#include "cloud_api/codes.hpp"
#include "signature.hpp"

namespace whatsapp {

std::unique_ptr<Provider> make_cloud_api(const Settings& settings, const Secrets& secrets) {
  return std::make_unique<cloud_api::CloudApi>(settings, secrets);
}

namespace cloud_api {
namespace {

constexpr std::size_t kMaxChallenge = 256;

bool is_challenge(std::string_view s) {
  if (s.empty() || s.size() > kMaxChallenge) return false;
  for (const char c : s)
    if (c <= 0x20 || c >= 0x7F || c == '<') return false;
  return true;
}

}  // namespace

Table CloudApi::codes() const noexcept { return cloud_api::codes(); }

std::string CloudApi::missing_secret() const {
  return secrets_.get("token").empty() ? "token" : "";
}

herald::Request CloudApi::request(const Draft& draft, const herald::Delivery& delivery,
                                  int64_t /*now_unix_ms*/) const {
  herald::Request out{.method = "POST", .once = true};
  out.url = settings_.base_url + "/" + settings_.cloud.version + "/" +
            settings_.cloud.phone_number_id + "/messages";
  out.headers = {{"Authorization", "Bearer " + secrets_.get("token")},
                 {"Content-Type", "application/json"},
                 {"Accept", "application/json"}};
  out.body = send_body(draft, delivery.attempt_id, settings_.cloud.preview_url);
  return out;
}

Answer CloudApi::answer(const herald::FetchResult& result, uint32_t attempt) const {
  return read_answer(result, attempt);
}

herald::Response CloudApi::verification(const herald::Incoming& request) const {
  const auto challenge = request.query_value("hub.challenge");
  if (request.query_value("hub.mode") != "subscribe" || !is_challenge(challenge))
    return herald::Response::plain("not a subscription request\n", 400);
  const auto& token = secrets_.get("verify_token");
  if (token.empty() || !same_secret(token, request.query_value("hub.verify_token")))
    return herald::Response::plain("wrong verify token\n", 403);
  return herald::Response::plain(std::string{challenge});
}

Provider::Proof CloudApi::proof(const herald::Incoming& request) const {
  const auto& key = secrets_.get("app_secret");
  if (key.empty()) return Proof::no_secret;
  const auto header = request.header("x-hub-signature-256");
  const bool genuine = signed_by(key, request.body, header) ||
                       signed_by(secrets_.get("app_secret_2"), request.body, header);
  return genuine ? Proof::genuine : Proof::forged;
}

std::optional<Notice> CloudApi::notice(const herald::Incoming& request) const {
  return read_notice(request.body, settings_.cloud.phone_number_id);
}

std::string signature(std::string_view key, std::string_view body) {
  return "sha256=" + hex(hmac(Hash::sha256, key, body));
}

bool signed_by(std::string_view key, std::string_view body, std::string_view header) {
  return !key.empty() && same_secret(signature(key, body), header);
}

}  // namespace cloud_api
}  // namespace whatsapp
