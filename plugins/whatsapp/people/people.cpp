#include "people/people.hpp"

#include <algorithm>
#include <memory>

#include "steps.hpp"
#include "text/text.hpp"

namespace whatsapp {
namespace {

constexpr std::size_t kMostAddresses = 6;
constexpr int64_t kDayMs = int64_t{24} * 3'600'000;
// A clock that is ahead must not open a window for longer than a day.
int64_t not_after(int64_t at, int64_t now) { return at <= 0 || at > now ? now : at; }

std::string key_of_phone(std::string_view e164) { return "person/" + std::string{e164}; }
std::string key_of_user(std::string_view id) { return "person/" + std::string{id}; }

std::vector<std::string> keys(const Address& a) {
  std::vector<std::string> out;
  if (!a.phone.empty()) out.push_back(key_of_phone(a.phone));
  if (!a.user_id.empty()) out.push_back(key_of_user(a.user_id));
  return out;
}

std::vector<herald::Identity> identities(const Address& a) {
  std::vector<herald::Identity> out;
  if (!a.phone.empty()) out.push_back({"whatsapp.phone", a.phone});
  if (!a.user_id.empty()) out.push_back({"whatsapp.user_id", a.user_id});
  return out;
}

/// People the directory does not know, or knows otherwise, are no failure of ours.
bool settled(const herald::Done& done) {
  return done.ok() || done.status == HERALD_E_NOT_FOUND || done.status == HERALD_E_CONFLICT ||
         done.status == HERALD_E_INVALID || done.status == HERALD_E_UNSUPPORTED;
}

bool says(const Inbound& message, const std::vector<std::string>& words) {
  const auto said = bare_word(message.text);
  return message.action_id.empty() &&
         std::any_of(words.begin(), words.end(),
                     [&](const std::string& word) { return bare_word(word) == said; });
}

}  // namespace

void People::find(const herald::Message& m, Found done) const {
  std::vector<std::string> wanted = keys(address_of(m));
  for (const auto& [kind, value] : m.identities) {
    const auto key = kind == "phone" || kind == "whatsapp.phone" ? key_of_phone(e164(value))
                     : kind == "whatsapp.user_id"                ? key_of_user(value)
                                                                 : std::string{};
    if (!key.empty() && wanted.size() < kMostAddresses &&
        std::find(wanted.begin(), wanted.end(), key) == wanted.end())
      wanted.push_back(key);
  }
  struct Gathered {
    Person person{};
    bool failed = false;
  };
  auto all = std::make_shared<Gathered>();
  std::vector<Step> steps;
  for (auto& key : wanted)
    steps.push_back([host = host_, key = std::move(key), all](Told next) {
      host.kv_get(key, [all, next = std::move(next)](const herald::Stored& row) mutable {
        if (row.ok()) all->person = merged(all->person, Person::from_json(row.value));
        next(row.ok());
      });
    });
  run(std::move(steps), 1, [all, done = std::move(done)](bool ok) mutable {
    done(ok ? std::optional{all->person} : std::nullopt);
  });
}

void People::change(std::string key, Change by, Told done, int tries) const {
  host_.kv_get(key, [this, key, by = std::move(by), done = std::move(done),
                     tries](const herald::Stored& row) mutable {
    if (!row.ok()) return done(row.status == HERALD_E_UNSUPPORTED);
    auto person = Person::from_json(row.value);
    const auto before = person;
    by(person);
    if (person == before && row.version != 0) return done(true);
    const auto value = person.to_json();
    host_.kv_put(
        key, value,
        [this, key, by = std::move(by), done = std::move(done),
         tries](const herald::Done& put) mutable {
          // Another node was faster.
          if (put.status == HERALD_E_CONFLICT && tries > 1)
            return change(key, std::move(by), std::move(done), tries - 1);
          done(put.ok());
        },
        0, row.version);
  });
}

void People::change_all(const Address& whom, Change by, Told done) const {
  std::vector<Step> steps;
  for (auto& key : keys(whom))
    steps.push_back(
        [this, key = std::move(key), by](Told next) { change(key, by, std::move(next)); });
  run(std::move(steps), 1, std::move(done));
}

/// The number counts as one of WhatsApp, so that what is marked there does not touch other channels
/// that use the same telephone; and the user id belongs to the same person.
void People::learn(const Address& whom, Told done) const {
  std::vector<Step> steps;
  const auto add = [&](const herald::Identity& known, const herald::Identity& also) {
    steps.push_back([host = host_, known, also](Told next) {
      host.learn(known, also, [next = std::move(next)](const herald::Done& learnt) mutable {
        next(settled(learnt));
      });
    });
  };
  const herald::Identity phone{"phone", whom.phone}, user{"whatsapp.user_id", whom.user_id};
  if (!whom.phone.empty()) add(phone, {"whatsapp.phone", whom.phone});
  if (!whom.phone.empty() && !whom.user_id.empty()) add(phone, user);
  run(std::move(steps), 1, std::move(done));
}

void People::mark(const Address& whom, std::vector<Mark> marks, Told done) const {
  std::vector<Step> steps;
  for (const auto& identity : identities(whom))
    for (const auto& one : marks)
      steps.push_back([host = host_, identity, one](Told next) {
        host.mark(identity, one.state, one.until_unix_ms,
                  [next = std::move(next)](const herald::Done& marked) mutable {
                    next(settled(marked));
                  });
      });
  run(std::move(steps), 1, std::move(done));
}

void People::wrote(const Inbound& message, const Settings& settings, Told done) const {
  const auto at = not_after(message.at_unix_ms, host_.now_unix_ms());
  const bool stop = says(message, settings.stop_words);
  const bool start = !stop && says(message, settings.start_words);
  const auto update = [at, stop, start, user_id = message.from.user_id](Person& p) {
    const bool newest = at >= p.wrote_unix_ms;
    p.wrote_unix_ms = std::max(p.wrote_unix_ms, at);
    p.quarantined = false;
    if (!user_id.empty()) p.user_id = user_id;
    // A word that comes late does not undo one that was said after it.
    if (stop && newest)
      p.consent = Person::Consent::withdrawn;
    else if ((start && newest) || p.consent == Person::Consent::unknown)
      p.consent = Person::Consent::given;
  };
  const auto first = keys(message.from);
  if (first.empty()) return done(true);
  host_.kv_get(first.front(), [this, update, whom = message.from,
                               done = std::move(done)](const herald::Stored& row) mutable {
    if (!row.ok()) return done(row.status == HERALD_E_UNSUPPORTED);
    const auto before = Person::from_json(row.value);
    auto after = before;
    update(after);
    std::vector<Mark> marks;
    if (before.quarantined) marks.push_back({HERALD_REACHABLE});
    if (after.consent != before.consent)
      marks.push_back(
          {after.consent == Person::Consent::given ? HERALD_OPTED_IN : HERALD_OPTED_OUT});
    // The directory first: what fails there comes again, and the row still shows that it is owed.
    std::vector<Step> steps;
    if (!marks.empty() || after.user_id != before.user_id)
      steps.push_back([this, whom](Told next) { learn(whom, std::move(next)); });
    if (!marks.empty())
      steps.push_back([this, whom, marks](Told next) { mark(whom, marks, std::move(next)); });
    steps.push_back([this, whom, update](Told next) { change_all(whom, update, std::move(next)); });
    run(std::move(steps), 1, std::move(done));
  });
}

void People::closed(const Address& whom, Told done) const {
  const auto now = host_.now_unix_ms();
  change_all(
      whom, [now](Person& p) { p.closed_unix_ms = std::max(p.closed_unix_ms, now); },
      std::move(done));
}

void People::avoid(const Address& whom, Remember remember, std::chrono::seconds quarantine,
                   Told done) const {
  const bool out = remember == Remember::opted_out;
  const auto time = remember == Remember::day
                        ? kDayMs
                        : std::chrono::duration_cast<std::chrono::milliseconds>(quarantine).count();
  if (remember == Remember::nothing || whom.empty() || (!out && time == 0)) return done(true);
  const Mark what{out ? HERALD_OPTED_OUT : HERALD_UNREACHABLE,
                  out ? 0 : host_.now_unix_ms() + time};
  std::vector<Step> steps;
  steps.push_back([this, whom](Told next) { learn(whom, std::move(next)); });
  steps.push_back([this, whom, what](Told next) { mark(whom, {what}, std::move(next)); });
  steps.push_back([this, whom, out](Told next) {
    change_all(
        whom,
        [out](Person& p) {
          if (out)
            p.consent = Person::Consent::withdrawn;
          else
            p.quarantined = true;
        },
        std::move(next));
  });
  run(std::move(steps), 1, std::move(done));
}

void People::also_known(const std::string& phone, const std::string& wa_phone) const {
  if (!phone.empty() && !wa_phone.empty() && phone != wa_phone)
    host_.learn({"phone", phone}, {"whatsapp.phone", wa_phone});
}

}  // namespace whatsapp
