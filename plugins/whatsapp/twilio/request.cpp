#include <algorithm>
#include <boost/json.hpp>

#include "twilio/form.hpp"
#include "twilio/twilio.hpp"

namespace whatsapp::twilio {
namespace {

constexpr int64_t kLongestValidity = 36'000;  // seconds, Twilio's own limit

/// {"1": "...", "2": "..."}
std::string variables(const Draft& d) {
  boost::json::object out;
  for (std::size_t i = 0; i < d.params.size(); ++i) out[std::to_string(i + 1)] = d.params[i];
  return boost::json::serialize(out);
}

}  // namespace

herald::Fields send_fields(const Settings& settings, const Draft& d,
                           const herald::Delivery& delivery, int64_t now) {
  const auto& t = settings.twilio;
  herald::Fields out{{"To", "whatsapp:" + d.to.phone}};
  if (t.from.empty())
    out.emplace_back("MessagingServiceSid", t.messaging_service_sid);
  else
    out.emplace_back("From", t.from);
  if (d.kind == Draft::kTemplate) {
    out.emplace_back("ContentSid", d.variant.name);
    if (!d.params.empty()) out.emplace_back("ContentVariables", variables(d));
  } else {
    out.emplace_back("Body", d.text);
  }
  if (!delivery.attempt_id.empty())
    out.emplace_back("StatusCallback", t.webhook_url + "?attempt=" + encoded(delivery.attempt_id));
  // What waits in Twilio's queue is not sent after the notification has ended.
  if (const auto expires = delivery.message.expires_unix_ms; expires != 0)
    out.emplace_back("ValidityPeriod", std::to_string(std::clamp<int64_t>((expires - now) / 1000, 1,
                                                                          kLongestValidity)));
  return out;
}

}  // namespace whatsapp::twilio
