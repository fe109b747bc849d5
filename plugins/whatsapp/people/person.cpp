#include "people/person.hpp"

#include <algorithm>
#include <boost/json.hpp>

namespace whatsapp {
namespace {

namespace json = boost::json;

constexpr int64_t kWindow = int64_t{24} * 3'600'000, kMargin = 5 * 60'000;

}  // namespace

bool Person::window_open(int64_t now) const noexcept {
  // Messages are told in whole seconds: of the same second, the provider's word counts.
  return wrote_unix_ms > closed_unix_ms && now - wrote_unix_ms < kWindow - kMargin;
}

std::string Person::to_json() const {
  json::object o;
  if (wrote_unix_ms != 0) o["wrote"] = wrote_unix_ms;
  if (closed_unix_ms != 0) o["closed"] = closed_unix_ms;
  if (consent != Consent::unknown) o["consent"] = consent == Consent::given ? "given" : "withdrawn";
  if (quarantined) o["quarantined"] = true;
  if (!user_id.empty()) o["user_id"] = user_id;
  return json::serialize(o);
}

Person Person::from_json(std::string_view written) {
  Person p;
  json::error_code ec;
  const auto parsed = json::parse(written, ec);
  if (ec || !parsed.is_object()) return p;
  const auto& o = parsed.get_object();
  const auto number = [&](const char* key) {
    const auto* v = o.if_contains(key);
    return v != nullptr && v->is_int64() ? v->get_int64() : 0;
  };
  const auto text = [&](const char* key) {
    const auto* v = o.if_contains(key);
    return v != nullptr && v->is_string() ? std::string{v->get_string()} : std::string{};
  };
  p.wrote_unix_ms = number("wrote");
  p.closed_unix_ms = number("closed");
  const auto consent = text("consent");
  p.consent = consent == "given"       ? Consent::given
              : consent == "withdrawn" ? Consent::withdrawn
                                       : Consent::unknown;
  const auto* quarantined = o.if_contains("quarantined");
  p.quarantined = quarantined != nullptr && quarantined->is_bool() && quarantined->get_bool();
  p.user_id = text("user_id");
  return p;
}

Person merged(const Person& a, const Person& b) {
  Person out;
  out.wrote_unix_ms = std::max(a.wrote_unix_ms, b.wrote_unix_ms);
  out.closed_unix_ms = std::max(a.closed_unix_ms, b.closed_unix_ms);
  // Who withdrew it by one address did so by all.
  out.consent = std::max(a.consent, b.consent);
  out.quarantined = a.quarantined && b.quarantined;
  out.user_id = a.user_id.empty() ? b.user_id : a.user_id;
  return out;
}

}  // namespace whatsapp
