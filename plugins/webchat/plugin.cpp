#include "webchat.hpp"

#include <boost/json/object.hpp>

#include "strict_json.hpp"

namespace webchat {

namespace {

std::size_t number(const boost::json::object& settings, std::string_view name, std::size_t most,
                   std::size_t otherwise) {
  const auto* value = settings.if_contains(name);
  if (value == nullptr) return otherwise;
  if (!value->is_int64() || value->get_int64() < 1 ||
      value->get_int64() > static_cast<int64_t>(most))
    throw herald::Error{HERALD_E_INVALID,
                        std::string{name} + " must be a number from 1 to " + std::to_string(most)};
  return static_cast<std::size_t>(value->get_int64());
}

}  // namespace

void Webchat::configure(std::string_view json) {
  const auto settings = parse_object(json);
  if (!settings.value)
    throw herald::Error{HERALD_E_INVALID, "the settings are " + settings.problem};
  for (const auto& [name, value] : *settings.value)
    if (name != "streams" && name != "streams_per_user")
      throw herald::Error{HERALD_E_INVALID, "webchat has no setting `" + std::string{name} +
                                                "`; remove it (inbox.keep stands at the top "
                                                "level)"};
  const FeedLimits standard;
  feeds_.set_limits(
      {number(*settings.value, "streams", 1'000'000, standard.streams),
       number(*settings.value, "streams_per_user", 10'000, standard.streams_per_user)});
}

void Webchat::deliver(const herald::Delivery& delivery, herald::Completion done) {
  const auto& message = delivery.message;
  const auto markdown = message.body("text/markdown");
  // In Markdown the parameters are escaped; the exact text is the plain one.
  const auto plain = message.body("text/plain");
  const auto exact = plain.empty() ? markdown : plain;
  if (exact.empty())
    return done(herald::Outcome::rejected(HERALD_REASON_BAD_CONTENT,
                                          "neither text/markdown nor text/plain was rendered"));
  herald::Item item;
  item.type = message.type.empty() ? "info" : message.type;
  item.title = message.subject;
  item.text = exact;
  item.markdown = markdown;
  item.actions = message.actions;
  host().inbox_append(std::move(done), item);
}

}  // namespace webchat

HERALD_PLUGIN(
    webchat::Webchat, .id = "org.herald.webchat", .name = "Webchat", .version = "0.1.0",
    .license = "Apache-2.0",
    .description = "Inbox of the application's own chat, with the HTTP API of its widget",
    .config_schema = R"({"type":"object","additionalProperties":false,"properties":{)"
                     R"("streams":{"type":"integer","minimum":1,"maximum":1000000},)"
                     R"("streams_per_user":{"type":"integer","minimum":1,"maximum":10000}}})",
    .flags = HERALD_PLUGIN_IDEMPOTENT | HERALD_PLUGIN_RECEIPTS | HERALD_PLUGIN_INBOX_ONLY,
    .max_message_bytes = 64 * 1024, .addresses = "user", .formats = "text/markdown text/plain",
    .evidence = herald::evidence(HERALD_RECEIPT_SENT, HERALD_RECEIPT_DELIVERED, HERALD_RECEIPT_READ,
                                 HERALD_RECEIPT_ANSWERED));
