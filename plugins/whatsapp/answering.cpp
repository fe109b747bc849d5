#include "replies.hpp"
#include "whatsapp.hpp"

// What people answer: the daemon resolves it over all channels, and they are told what else they
// would not understand.
namespace whatsapp {
namespace {

constexpr std::size_t kLongestAnswer = 1024;

}  // namespace

void Whatsapp::resolve(const Inbound& message, herald::Callback<bool> next) {
  herald::Answer answer;
  // Nobody answers with a whole letter, and its end may be cut within a character.
  if (message.text.size() <= kLongestAnswer) answer.text = message.text;
  answer.action_id = message.action_id;
  if (answer.action_id.empty() && answer.text.empty()) return next(true);  // a picture, a place
  answer.dedup_id = message.id;
  answer.from = message.from.phone.empty()
                    ? herald::Identity{"whatsapp.user_id", message.from.user_id}
                    : herald::Identity{"phone", message.from.phone};
  if (answer.from.value.empty()) return next(true);
  answer.provider_id = message.reply_to;
  answer.herald_id = message.herald_id;
  answer.at_unix_ms = message.at_unix_ms;
  host().answer(answer, [this, to = message.from,
                         next = std::move(next)](const herald::Answered& answered) mutable {
    // What the host will never take is no reason to have it sent again for days.
    if (!answered.ok() && answered.status != HERALD_E_UNSUPPORTED &&
        answered.status != HERALD_E_INVALID)
      return next(false);
    if (answered.ok()) answers_.record(1, {{"verdict", word(answered.verdict)}});
    if (const auto text = reply_to(answered, settings_.replies); !text.empty()) say(to, text);
    next(true);
  });
}

/// A free text outside of any notification: the person has just written, so the window is open. Not
/// repeated when it fails: whoever asks again gets another.
void Whatsapp::say(const Address& to, const std::string& text) {
  Draft draft;
  draft.to = to;
  draft.text = text;
  if (!provider_->can_address(to) || !provider_->missing_secret().empty()) return;
  auto request = provider_->request(draft, herald::Delivery{}, host().now_unix_ms());
  request.timeout = settings_.timeout;
  request.max_response_bytes = kMaxAnswer;
  host().fetch(request, [this](const herald::FetchResult& result) {
    if (result.ok() && result.response.status < 300) return;
    host().warn("a person could not be told what became of their answer",
                {{"cause", result.ok() ? "HTTP " + std::to_string(result.response.status)
                                       : secrets_.redacted(result.error)}});
  });
}

}  // namespace whatsapp
