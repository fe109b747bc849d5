#include <algorithm>

#include "steps.hpp"
#include "whatsapp.hpp"

namespace whatsapp {
namespace {

const char* word(herald_result result) {
  switch (result) {
    case HERALD_DELIVERED:
      return "delivered";
    case HERALD_ACCEPTED:
      return "accepted";
    case HERALD_RETRY:
      return "retry";
    case HERALD_REJECTED:
      return "rejected";
    case HERALD_CHANNEL_DOWN:
      return "channel_down";
    case HERALD_UNKNOWN:
      break;
  }
  return "unknown";
}

}  // namespace

void Whatsapp::deliver(const herald::Delivery& delivery, herald::Completion done) {
  if (const auto missing = provider_->missing_secret(); !missing.empty())
    return finish(std::move(done), {herald::Outcome::channel_down(
                                       HERALD_REASON_CONFIGURATION,
                                       "the secret `" + missing +
                                           "` is not set; name it under the channel's `secrets`")});
  people_.find(delivery.message, [this, delivery,
                                  done = std::move(done)](std::optional<Person> person) mutable {
    if (person) return send(delivery, *person, std::move(done));
    // Called off: the provider was not asked, so the channel's breaker must not hear of it.
    finish(std::move(done),
           {herald::Outcome::retry(HERALD_REASON_CANCELLED,
                                   "nothing was sent: what is known of the person could not be "
                                   "read from the store")});
  });
}

void Whatsapp::send(const herald::Delivery& delivery, const Person& person,
                    herald::Completion done) {
  using Consent = Person::Consent;
  if (person.consent == Consent::withdrawn ||
      (settings_.opt_in_required && person.consent != Consent::given))
    return finish(std::move(done),
                  {herald::Outcome::rejected(
                      HERALD_REASON_OPTED_OUT,
                      person.consent == Consent::withdrawn
                          ? "this person took back their consent; they can give it again by "
                            "writing a start word"
                          : "this person has never written here, and `opt_in` is required")});
  const bool open = !settings_.track_window || person.window_open(host().now_unix_ms());
  Draft draft;
  if (auto refusal = compose(settings_, provider_->limits(), delivery.message, open, draft))
    return finish(std::move(done), {std::move(*refusal)});
  if (!provider_->can_address(draft.to))
    return finish(std::move(done),
                  {herald::Outcome::rejected(HERALD_REASON_BAD_RECIPIENT,
                                             "Twilio cannot write to a user id; the person's "
                                             "telephone number is needed")});
  auto request = provider_->request(draft, delivery, host().now_unix_ms());
  // A little earlier than the attempt's own end, so that the answer still counts.
  const auto left = delivery.timeout - delivery.timeout / 10;
  request.timeout = left.count() > 0 ? std::min(settings_.timeout, left) : settings_.timeout;
  request.max_response_bytes = kMaxAnswer;
  host().fetch(request, [this, delivery, to = draft.to,
                         done = std::move(done)](const herald::FetchResult& result) mutable {
    auto clean = result;
    clean.response.body = secrets_.redacted(std::move(clean.response.body));
    clean.error = secrets_.redacted(std::move(clean.error));
    sent(delivery, to, std::move(done), provider_->answer(clean, delivery.attempt));
  });
}

/// What the answer tells of the person is kept before the attempt ends: the next one may come at
/// once, and must know it.
void Whatsapp::sent(const herald::Delivery& delivery, const Address& to, herald::Completion done,
                    Answer answer) {
  people_.also_known(to.phone, answer.wa_phone);
  if (answer.window_closed &&
      (!settings_.track_window || settings_.template_for(delivery.message.kind) == nullptr)) {
    answer.outcome.result = HERALD_REJECTED;
    answer.outcome.detail = "no template: " + answer.outcome.detail;
  }
  std::vector<Step> steps;
  if (answer.window_closed)
    steps.push_back(
        [this, to](herald::Callback<bool> next) { people_.closed(to, std::move(next)); });
  if (answer.remember != Remember::nothing)
    steps.push_back([this, to, remember = answer.remember](herald::Callback<bool> next) {
      people_.avoid(to, remember, settings_.quarantine, std::move(next));
    });
  run(std::move(steps), 1, [this, done = std::move(done), answer](bool kept) mutable {
    if (!kept) host().warn("what the provider told of a person could not be stored");
    finish(std::move(done), answer);
  });
}

void Whatsapp::finish(herald::Completion done, const Answer& answer) {
  sends_.record(1, {{"result", word(answer.outcome.result)},
                    {"code", label(provider_->codes(), answer.code)}});
  note(answer.outcome);
  done(answer.outcome);
}

/// One clear line when the channel goes down and one when it works again, however many attempts.
void Whatsapp::note(const herald::Outcome& o) {
  if (o.result == HERALD_CHANNEL_DOWN && alarm_ != o.detail) {
    alarm_ = o.detail;
    host().error("WhatsApp refuses to work until somebody acts", {{"cause", o.detail}});
  } else if (o.result == HERALD_ACCEPTED && alarm_) {
    alarm_.reset();
    host().info("WhatsApp works again");
  }
}

}  // namespace whatsapp
