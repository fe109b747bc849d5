#include "delivery/refusal.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "base/text.hpp"
#include "delivery/digest.hpp"

namespace herald::delivery {
namespace {

namespace json = boost::json;

constexpr std::size_t kLongestName = 128, kLongestDetail = 500;
/// It waits for nothing; only a redrive would count from it.
constexpr auto kExpiry = std::chrono::hours{24};

/// The begin of a text, cut between two characters.
std::string clipped(std::string text, std::size_t most) {
  if (text.size() <= most) return text;
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xc0) == 0x80) --most;
  text.resize(most);
  return text;
}

std::string text_of(const json::object& request, const char* name) {
  const auto* value = request.if_contains(name);
  return value != nullptr && value->is_string() ? std::string{value->get_string()} : std::string{};
}

/// A chain without steps: nothing of it is ever tried.
model::ChainPtr no_chain() {
  static const auto chain = [] {
    model::Chain none;
    none.route = "none";
    return std::make_shared<const model::Chain>(std::move(none));
  }();
  return chain;
}

}  // namespace

Refusal refusal_of(const SubmissionRules& rules, std::string id, std::string producer,
                   const json::value& request, const base::Error& error, model::TimePoint now) {
  Refusal out{{}, {model::Reason::invalid, false, {}}};
  const auto where = error.where.empty() ? std::string{"request"} : error.where;
  out.why.detail = clipped(where + ": " + error.message, kLongestDetail);

  auto& n = out.notification;
  n.id = std::move(id);
  n.producer = std::move(producer);
  n.type = "info";
  n.params_json = "{}";
  n.created = n.not_before = now;
  n.expires = now + kExpiry;
  n.chain = no_chain();
  const auto* fields = request.if_object();
  if (fields == nullptr) return out;
  n.kind = clipped(base::escape_control(text_of(*fields, "kind")), kLongestName);
  if (auto to = recipient_of(*fields, *rules.directory)) n.to = std::move(*to);
  if (const auto* params = fields->if_contains("params"); params != nullptr && params->is_object())
    n.params_json = json::serialize(*params);
  n.idempotency_key = text_of(*fields, "idempotency_key");
  if (error.where == "idempotency_key" || n.idempotency_key.size() > kLongestKey)
    n.idempotency_key.clear();
  if (!n.idempotency_key.empty()) n.body_digest = request_digest(*fields);
  return out;
}

}  // namespace herald::delivery
