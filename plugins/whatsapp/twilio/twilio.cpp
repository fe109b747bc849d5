#include "twilio/twilio.hpp"

#include "signature.hpp"
#include "twilio/codes.hpp"
#include "twilio/form.hpp"

namespace whatsapp {

std::unique_ptr<Provider> make_twilio(const Settings& settings, const Secrets& secrets) {
  return std::make_unique<twilio::Twilio>(settings, secrets);
}

namespace twilio {

Table Twilio::codes() const noexcept { return twilio::codes(); }

std::string Twilio::missing_secret() const {
  const auto* needed = settings_.twilio.api_key_sid.empty() ? "auth_token" : "api_key_secret";
  return secrets_.get(needed).empty() ? needed : "";
}

std::string Twilio::authorization() const {
  const auto& t = settings_.twilio;
  const auto pair = t.api_key_sid.empty() ? t.account_sid + ":" + secrets_.get("auth_token")
                                          : t.api_key_sid + ":" + secrets_.get("api_key_secret");
  return "Basic " + base64(pair);
}

std::string Twilio::messages_url() const {
  return settings_.base_url + "/2010-04-01/Accounts/" + settings_.twilio.account_sid +
         "/Messages.json";
}

herald::Request Twilio::request(const Draft& draft, const herald::Delivery& delivery,
                                int64_t now) const {
  herald::Request out{.method = "POST", .url = messages_url(), .once = true};
  out.headers = {{"Authorization", authorization()},
                 {"Content-Type", "application/x-www-form-urlencoded"},
                 {"Accept", "application/json"}};
  out.body = form(send_fields(settings_, draft, delivery, now));
  return out;
}

Answer Twilio::answer(const herald::FetchResult& result, uint32_t attempt) const {
  return read_answer(result, attempt);
}

herald::Response Twilio::verification(const herald::Incoming& /*request*/) const {
  return herald::Response::plain("", 404);
}

Provider::Proof Twilio::proof(const herald::Incoming& request) const {
  // Webhooks are signed with the account's token, also where sends use an API key.
  const auto& token = secrets_.get("auth_token");
  if (token.empty()) return Proof::no_secret;
  // Not the Host header's address: a proxy may have changed it, and a caller can choose it.
  const auto query = request.target.find('?');
  const auto url = settings_.twilio.webhook_url +
                   (query == request.target.npos ? "" : request.target.substr(query));
  const auto type = request.header("content-type");
  const auto header = request.header("x-twilio-signature");
  const bool genuine = signed_by(token, url, type, request.body, header) ||
                       signed_by(secrets_.get("auth_token_2"), url, type, request.body, header);
  return genuine ? Proof::genuine : Proof::forged;
}

std::optional<Notice> Twilio::notice(const herald::Incoming& request) const {
  if (!request.header("content-type").starts_with("application/x-www-form-urlencoded")) return {};
  const auto fields = read_form(request.body);
  if (!fields || fields->empty()) return {};
  return read_notice(*fields, request.query, settings_.twilio.account_sid);
}

}  // namespace twilio
}  // namespace whatsapp
