#include "store/parked.hpp"

namespace herald::store {
namespace {

constexpr std::string_view kByAttempt = "attempt ";

}  // namespace

std::string parked_key(const AttemptLookup& lookup) {
  return lookup.provider_id.empty() ? std::string{kByAttempt} + lookup.attempt_id
                                    : lookup.provider_id;
}

AttemptLookup parked_lookup(std::string channel, std::string key) {
  if (!key.starts_with(kByAttempt)) return {std::move(channel), std::move(key), {}};
  return {std::move(channel), {}, key.substr(kByAttempt.size())};
}

std::string parked_owner(const AttemptLookup& lookup) {
  if (!lookup.provider_id.empty()) return {};
  const auto name = model::parse_attempt_id(lookup.attempt_id);
  return name ? name->notification : std::string{};
}

std::vector<ParkedLook> looks_for_parked(const model::Progress& before,
                                         const model::Progress& after) {
  std::vector<ParkedLook> out;
  for (std::size_t i = 0; i < after.attempts.size(); ++i) {
    const auto& attempt = after.attempts[i];
    const bool fresh = i >= before.attempts.size();
    if (fresh) {
      // A crash may have ended the short cut of an earlier one before anything was recorded, and
      // its number is not given again: what the person gave evidence of is this message all the
      // same. That the earlier one failed is no news of this one.
      const auto all = parked_key({{}, {}, after.id});
      out.push_back({model::ref(attempt), attempt.channel, all + '.', all + '/',
                     parked_key({{}, {}, model::attempt_id(after.id, attempt)})});
    }
    const auto& id = attempt.provider_id;
    if (!id.empty() && (fresh || before.attempts[i].provider_id != id))
      out.push_back({model::ref(attempt), attempt.channel, id, id, id});
  }
  return out;
}

base::Result<std::optional<model::Event>> unparked(const ParkedLook& look, std::string_view key,
                                                   std::string_view json) {
  auto event = model::event_from_json(json);
  if (!event) return event.error();
  auto* receipt = std::get_if<model::event::Receipt>(&*event);
  if (receipt == nullptr || (receipt->kind == model::ReceiptKind::failed && key != look.exact))
    return std::optional<model::Event>{};
  receipt->attempt = look.attempt;
  return std::optional{std::move(*event)};
}

}  // namespace herald::store
