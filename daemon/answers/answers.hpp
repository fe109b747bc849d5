// answers: what people answer, over all channels: who said it, which question is meant, which of
// its actions. Any thread may call; answers come on a thread of the store or the delivery thread.
// Never records anything itself, and never lets one person answer for another.
#pragma once

#include "answers/judge.hpp"
#include "base/clock.hpp"
#include "base/ids.hpp"
#include "model/ports/answers.hpp"
#include "model/ports/delivery.hpp"
#include "model/ports/directory.hpp"
#include "store/store.hpp"

namespace herald::answers {

class Answers final : public model::ports::Answers {
 public:
  /// All outlive this.
  struct Needs {
    store::Store& store;
    model::ports::Directory& directory;
    model::ports::AnswerRecorder& recorder;
    const base::Clock& clock;
    base::Random& random;
  };
  explicit Answers(Needs needs) : need_{needs} {}

  using Done = std::function<void(base::Result<model::ports::Answered>)>;
  void said(model::ports::Said said, Done done) override;

 private:
  void heard(const model::ports::Said& said, Words words, Done done);
  void of_reply(const model::ports::Said& said, Words words, Done done);
  void named(const std::string& notification, std::string channel, Words words, Done done);
  void free(Words words, std::string channel, Done done);
  void record(Ruling ruling, std::vector<store::Question> questions, Words words,
              std::string channel, Done done);

  Needs need_;
};

}  // namespace herald::answers
