#include "delivery/submission.hpp"

#include <algorithm>
#include <array>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "base/digest.hpp"
#include "base/text.hpp"
#include "delivery/content.hpp"
#include "delivery/digest.hpp"
#include "delivery/params.hpp"

namespace herald::delivery {
namespace {

namespace json = boost::json;
using base::Code;
using base::fail;

constexpr std::array<std::string_view, 8> kFields{
    "kind", "to", "params", "content", "idempotency_key", "priority", "not_before", "expires_at"};
constexpr auto kFarthest = std::chrono::days{90};

base::Result<void> known_fields_only(const json::object& request) {
  for (const auto& entry : request) {
    const std::string_view name{entry.key().data(), entry.key().size()};
    if (std::find(kFields.begin(), kFields.end(), name) != kFields.end()) continue;
    const auto meant = base::did_you_mean(name, kFields);
    return fail(Code::invalid,
                "unknown field '" + base::escape_control(name) + "'" +
                    (meant ? "; did you mean '" + std::string{*meant} + "'?" : ""),
                base::escape_control(name));
  }
  return {};
}

base::Result<std::string> text_field(const json::object& request, std::string_view name,
                                     std::size_t longest) {
  const auto* value = request.if_contains(name);
  if (value == nullptr || value->is_null()) return std::string{};
  if (!value->is_string())
    return fail(Code::invalid, std::string{name} + " must be a text", std::string{name});
  std::string text{value->get_string()};
  if (text.size() > longest)
    return fail(Code::invalid,
                std::string{name} + " is longer than " + std::to_string(longest) + " bytes",
                std::string{name});
  return text;
}

base::Result<model::TimePoint> time_field(const json::object& request, std::string_view name,
                                          model::TimePoint fallback, model::TimePoint now) {
  auto text = text_field(request, name, 64);
  if (!text) return text.error();
  if (text->empty()) return fallback;
  const auto at = base::parse_iso8601(*text);
  if (!at)
    return fail(Code::invalid,
                std::string{name} + " is not an ISO-8601 time such as 2026-01-31T10:00:00Z",
                std::string{name});
  if (*at > now + kFarthest)
    return fail(Code::unprocessable, std::string{name} + " is more than 90 days ahead",
                std::string{name});
  return *at;
}

/// Parameters that make repeats of one thing recognisable (status updates: request and status).
/// An id is the same thing as a number and as a text. The recipient is not in it: the store adds
/// whose it is.
std::string dedupe_key(const model::KindSpec& kind, const json::object& params) {
  if (kind.dedupe.empty()) return {};
  std::string key = kind.kind;
  for (const auto& name : kind.dedupe) {
    const auto* value = params.if_contains(name);
    if (value == nullptr || value->is_null()) return {};
    const auto spec = std::find_if(kind.params.begin(), kind.params.end(),
                                   [&](const auto& p) { return p.name == name; });
    const bool id = spec != kind.params.end() && spec->type == "id";
    key += '\n' + (id && value->is_int64()
                       ? json::serialize(json::value(std::to_string(value->get_int64())))
                       : json::serialize(*value));
  }
  return key.size() <= 200 ? key : base::sha256_hex(key);
}

/// Kind, parameters or content, item type, actions.
base::Result<bool> take_body(const json::object& request, model::NewNotification& n,
                             const model::KindSpec& kind) {
  const auto* params = request.if_contains("params");
  const auto* content = request.if_contains("content");
  if (params != nullptr && content != nullptr)
    return fail(Code::invalid, "give params or content, not both", "content");
  n.type = kind.type;
  if (content != nullptr) {
    auto checked = check_content(*content, kind.type);
    if (!checked) return checked.error();
    n.type = checked->type;
    n.content_json = std::move(checked->json);
    n.params_json = "{}";
    return checked->has_actions;
  }
  if (params != nullptr && !params->is_object())
    return fail(Code::invalid, "params must be an object", "params");
  static const json::object kNone;
  auto checked = check_params(kind, params == nullptr ? kNone : params->get_object());
  if (!checked) return checked.error();
  if (const auto* type = checked->if_contains("type");
      type != nullptr && type->is_string() && is_item_type(type->get_string()))
    n.type = std::string{type->get_string()};
  n.dedupe_key = dedupe_key(kind, *checked);
  n.params_json = json::serialize(*checked);
  return !kind.actions.empty();
}

}  // namespace

base::Result<model::Identity> recipient_of(const json::object& request,
                                           const model::ports::Directory& directory) {
  const auto* to = request.if_contains("to");
  if (to == nullptr)
    return fail(Code::unprocessable, "to is missing: {\"phone\": \"+237...\"} or {\"user\": 42}",
                "to");
  const auto named = [](base::Result<model::Identity> identity,
                        std::string where) -> base::Result<model::Identity> {
    if (identity) return identity;
    return fail(Code::unprocessable, identity.error().message, std::move(where));
  };
  if (to->is_string()) return named(directory.parse(to->get_string()), "to");
  const auto* object = to->if_object();
  if (object == nullptr || object->size() != 1)
    return fail(Code::unprocessable,
                "to names exactly one identity: {\"phone\": \"+237...\"} or {\"user\": 42}", "to");
  const auto& [key, value] = *object->begin();
  std::string text;
  if (value.is_string())
    text = std::string{value.get_string()};
  else if (value.is_int64())
    text = std::to_string(value.get_int64());
  else
    return fail(Code::unprocessable, "the value of an identity is a text or a whole number",
                "to." + base::escape_control(key));
  return named(directory.normalise({std::string{key}, text}), "to." + base::escape_control(key));
}

base::Result<model::NewNotification> check_submission(const SubmissionRules& rules,
                                                      std::string producer,
                                                      const json::value& value,
                                                      base::Random& random, model::TimePoint now) {
  const auto* request = value.if_object();
  if (request == nullptr)
    return fail(Code::invalid, "a notification is a JSON object {kind, to, params | content}");
  if (auto known = known_fields_only(*request); !known) return known.error();

  model::NewNotification n;
  n.producer = std::move(producer);
  n.created = now;
  auto kind_name = text_field(*request, "kind", 128);
  if (!kind_name) return kind_name.error();
  if (kind_name->empty()) {
    if (request->if_contains("content") == nullptr)
      return fail(Code::unprocessable, "kind is missing, as in \"service_request.confirmed\"",
                  "kind");
    *kind_name = "message";
  }
  const auto kind = rules.catalog->kinds.find(*kind_name);
  if (kind == rules.catalog->kinds.end()) {
    std::vector<std::string_view> names;
    for (const auto& [name, spec] : rules.catalog->kinds) names.push_back(name);
    const auto meant = base::did_you_mean(*kind_name, names);
    return fail(Code::unprocessable,
                "unknown kind '" + base::escape_control(*kind_name) + "'" +
                    (meant ? "; did you mean '" + std::string{*meant} + "'?"
                           : "; 'heraldctl status' lists the kinds"),
                "kind");
  }
  n.kind = *kind_name;

  auto to = recipient_of(*request, *rules.directory);
  if (!to) return to.error();
  n.to = std::move(*to);
  n.create_recipient = rules.create_recipients && n.to.kind != "user";

  auto has_actions = take_body(*request, n, kind->second);
  if (!has_actions) return has_actions.error();

  auto priority = text_field(*request, "priority", 16);
  if (!priority) return priority.error();
  n.priority = kind->second.priority;
  if (!priority->empty()) {
    const auto given = model::priority_from(*priority);
    if (!given)
      return fail(Code::unprocessable, "priority is one of low, normal, high, urgent", "priority");
    n.priority = *given;
  }

  auto chain = rules.chain(n.kind, n.priority, n.producer, *has_actions);
  if (!chain) return chain.error();
  n.chain = std::move(*chain);

  auto not_before = time_field(*request, "not_before", now, now);
  if (!not_before) return not_before.error();
  n.not_before = std::max(*not_before, now);
  auto expires = time_field(*request, "expires_at", n.not_before + n.chain->expires_after, now);
  if (!expires) return expires.error();
  n.expires = *expires;
  if (n.expires <= now)
    return fail(Code::unprocessable, "expires_at has passed already", "expires_at");
  if (n.expires <= n.not_before)
    return fail(Code::unprocessable, "expires_at is not after not_before", "expires_at");

  auto key = text_field(*request, "idempotency_key", kLongestKey);
  if (!key) return key.error();
  n.idempotency_key = std::move(*key);
  if (!n.idempotency_key.empty()) n.body_digest = request_digest(*request);
  n.id = base::make_id(random, now);
  return n;
}

}  // namespace herald::delivery
