#include "answers/answers.hpp"

#include "base/digest.hpp"
#include "model/progress.hpp"

namespace herald::answers {
namespace {

using model::ports::Said;
using model::ports::Verdict;

/// How far back an answer is remembered as the same one: providers repeat for some days.
constexpr model::Duration kRemembered{std::chrono::hours{7 * 24}};

base::Error for_another() { return base::fail(base::Code::denied, "only the person can answer"); }

}  // namespace

void Answers::said(Said said, Done done) {
  Words words;
  words.action = said.action;
  words.text = said.text;
  // Not the provider's own name: it may hold a phone number.
  words.said = said.dedup_id.empty()
                   ? base::make_id(need_.random, need_.clock.now())
                   : base::sha256_hex(said.channel + '\n' + said.dedup_id).substr(0, 32);
  if (said.from.kind.empty()) {
    const bool person = said.who.kind == model::Principal::Kind::user && said.who.user == said.user;
    if (!person || said.user <= 0) return done(for_another());
    words.user = said.user;
    return heard(said, std::move(words), std::move(done));
  }
  auto identity = need_.directory.normalise(said.from);
  if (!identity) return done(model::ports::Answered{});
  need_.directory.resolve(std::move(*identity),
                          [this, said = std::move(said), words = std::move(words),
                           done = std::move(done)](base::Result<model::UserId> user) mutable {
                            if (!user && user.error().code != base::Code::not_found)
                              return done(user.error());
                            if (!user || *user == 0) return done(model::ports::Answered{});
                            words.user = *user;
                            heard(said, std::move(words), std::move(done));
                          });
}

void Answers::heard(const Said& said, Words words, Done done) {
  const auto attempt = model::parse_attempt_id(said.attempt_id);
  if (!said.notification.empty())
    return named(said.notification, said.channel, std::move(words), std::move(done));
  if (attempt) return named(attempt->notification, said.channel, std::move(words), std::move(done));
  if (!said.provider_id.empty()) return of_reply(said, std::move(words), std::move(done));
  free(std::move(words), said.channel, std::move(done));
}

/// A reply to a message of ours. To one that is none of ours, or not known yet: words alone.
void Answers::of_reply(const Said& said, Words words, Done done) {
  need_.store.find_attempt(
      {said.channel, said.provider_id, {}},
      [this, channel = said.channel, words = std::move(words),
       done = std::move(done)](base::Result<store::FoundAttempt> found) mutable {
        if (found) return named(found->first, channel, std::move(words), std::move(done));
        if (found.error().code != base::Code::not_found) return done(found.error());
        free(std::move(words), std::move(channel), std::move(done));
      });
}

void Answers::named(const std::string& notification, std::string channel, Words words, Done done) {
  need_.store.question(notification,
                       [this, channel = std::move(channel), words = std::move(words),
                        done = std::move(done)](base::Result<store::Question> question) mutable {
                         if (!question && question.error().code == base::Code::not_found)
                           return done(model::ports::Answered{Verdict::not_yours, {}, {}, {}});
                         if (!question) return done(question.error());
                         auto ruling = judge_named(words, *question, need_.clock.now());
                         record(std::move(ruling), {std::move(*question)}, std::move(words),
                                std::move(channel), std::move(done));
                       });
}

void Answers::free(Words words, std::string channel, Done done) {
  const auto user = words.user;
  need_.store.questions(
      user, need_.clock.now() - kRemembered,
      [this, channel = std::move(channel), words = std::move(words),
       done = std::move(done)](base::Result<std::vector<store::Question>> questions) mutable {
        if (!questions) return done(questions.error());
        auto ruling = judge_free(words, *questions, need_.clock.now());
        record(std::move(ruling), std::move(*questions), std::move(words), std::move(channel),
               std::move(done));
      });
}

/// Others may be quicker: what stands is what the commit says.
void Answers::record(Ruling ruling, std::vector<store::Question> questions, Words words,
                     std::string channel, Done done) {
  if (ruling.verdict != Verdict::won) return done(std::move(ruling));
  model::ports::AnswerRecorder::Choice choice{ruling.notification, ruling.action,
                                              std::move(channel), words.said};
  need_.recorder.answer(
      std::move(choice),
      [ruling = std::move(ruling), questions = std::move(questions), said = std::move(words.said),
       done = std::move(done)](base::Result<model::Answer> answer) mutable {
        if (!answer && answer.error().code == base::Code::conflict)
          return done(Ruling{Verdict::expired, ruling.notification, {}, {}});
        if (!answer) return done(answer.error());
        if (answer->said == said) return done(std::move(ruling));
        for (const auto& question : questions)
          if (question.notification.head.id == ruling.notification)
            ruling.label = label_of(question, answer->action);
        ruling.verdict = Verdict::already_answered;
        ruling.action = answer->action;
        done(std::move(ruling));
      });
}

}  // namespace herald::answers
