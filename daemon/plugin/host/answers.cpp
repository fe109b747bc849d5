#include "model/ports/answers.hpp"

#include "plugin/host/side.hpp"
#include "plugin/text.hpp"

// herald.host.answers/1: what people say on a channel, resolved by the daemon.
namespace herald::plugin {

namespace {

constexpr std::size_t kMaxName = 256, kMaxText = 4096;

/// Owns what the event shows.
struct Shown {
  model::ports::Answered answered;
  herald_answered raw{};
};

Event answered_event(herald_token token, model::ports::Answered answered) {
  auto shown = std::make_shared<Shown>();  // shared only because std::function copies
  shown->answered = std::move(answered);
  const auto& a = shown->answered;
  shown->raw = {sizeof shown->raw, static_cast<uint32_t>(a.verdict), str(a.notification),
                str(a.action), str(a.label)};
  auto e = event(HERALD_EV_ANSWERED, token);
  e.raw.u.answered = &shown->raw;
  e.payload = std::move(shown);
  return e;
}

/// Everything but who said it. Nothing when a text is too long or not UTF-8.
std::optional<model::ports::Said> read_answer(const herald_answer& raw) {
  model::ports::Said out;
  const auto take = [](herald_str from, std::size_t most, std::string& into) {
    auto text = text_of(from, most);
    if (text) into = std::move(*text);
    return text.has_value();
  };
  const bool ok = take(raw.dedup_id, kMaxName, out.dedup_id) &&
                  take(raw.attempt_id, 64, out.attempt_id) &&
                  take(raw.provider_id, kMaxName, out.provider_id) &&
                  take(raw.herald_id, 64, out.notification) &&
                  take(raw.action_id, kMaxName, out.action) && take(raw.text, kMaxText, out.text);
  if (!ok || (out.action.empty() && out.text.empty())) return std::nullopt;
  return out;
}

herald_status answer(const herald_host* host, herald_token token,
                     const herald_answer* raw) noexcept {
  return on_side(host, "answer", [&](Side& side) -> herald_status {
    if (token == 0 || raw == nullptr || !HERALD_HAS(raw, text)) return HERALD_E_INVALID;
    auto said = read_answer(*raw);
    auto kind = text_of(raw->from.kind, 64), value = text_of(raw->from.value, kMaxName);
    const bool by_identity = kind && value && !kind->empty() && !value->empty();
    if (!said || !kind || !value || by_identity == (raw->exchange != 0)) {
      side.misbehaved("bad_answer",
                      "answer() without words or action, with a text that is too long, or not by "
                      "exactly one of identity and exchange");
      return HERALD_E_INVALID;
    }
    said->channel = side.name();
    if (by_identity) {
      said->from = {std::move(*kind), std::move(*value)};
    } else {
      auto actor = side.actor(raw->exchange);
      if (!actor) return HERALD_E_STATE;
      said->who = std::move(actor->first);
      said->user = actor->second;
    }
    if (!side.begin_request()) return HERALD_E_LIMIT;
    side.ports.answers.said(std::move(*said), [weak = side.weak_from_this(),
                                               token](base::Result<model::ports::Answered> r) {
      const auto self = weak.lock();
      if (!self) return;
      if (!r) return self->answer(HERALD_EV_ANSWERED, token, r.error());
      self->answer(answered_event(token, std::move(*r)));
    });
    return HERALD_OK;
  });
}

}  // namespace

const herald_host_answers* answers_table() {
  static const herald_host_answers table{sizeof table, 0, &answer};
  return &table;
}

}  // namespace herald::plugin
