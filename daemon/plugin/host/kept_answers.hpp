#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/clock.hpp"
#include "base/guarded.hpp"
#include "model/ports/inbox.hpp"
#include "model/ports/web.hpp"

namespace herald::plugin {

/// Answers that a plugin declared good until a person's inbox changes (HERALD_ANSWER_UNTIL_CHANGE),
/// so that clients who poll cost neither a call of the plugin nor a question to the store. Any
/// thread; calls the inbox without a lock. Holds kMostBytes at most, of each for kLongest at most:
/// what shapes an answer besides the inbox, such as a reloaded inbox.keep, is seen after that.
class KeptAnswers : public std::enable_shared_from_this<KeptAnswers> {
 public:
  static constexpr std::size_t kMostBytes = std::size_t{32} << 20,
                               kMostEach = std::size_t{128} << 10, kMostPerPerson = 8;
  static constexpr std::chrono::seconds kLongest{30};

  explicit KeptAnswers(model::ports::Inbox& inbox) : inbox_{inbox} {}

  /// What is asked, and how often the person's inbox had changed by then.
  struct Question {
    std::string key;  ///< empty: an answer to it is never kept
    model::UserId user = 0;
    std::optional<uint64_t> changes;  ///< nothing: nobody counted them
  };
  static Question question(const model::web::Request& request, const model::Principal& who,
                           model::UserId user);
  /// The answer that is kept, or nothing; then the question has noted the changes.
  std::shared_ptr<const model::web::Response> find(Question& question, base::MonoPoint now);
  /// Keeps it, unless the inbox has changed since find(). Of a person whose changes nobody counted
  /// they are counted from now on, and the next answer is kept.
  void keep(const Question& question, const model::web::Response& response, base::MonoPoint now);
  /// Gives everything back; keeps nothing any more.
  void close();

 private:
  struct Answer {
    std::shared_ptr<const model::web::Response> response;  // shared with those who are answered
    base::MonoPoint until;
    std::size_t bytes = 0;
  };
  struct Person {
    uint64_t handle = 0;  ///< of the subscription; 0 while it is made
    uint64_t changes = 0;
    std::unordered_map<std::string, Answer> answers;
  };
  struct All {
    bool closed = false;
    std::unordered_map<model::UserId, Person> people;
    std::deque<model::UserId> order;  ///< of people, oldest first
    std::size_t bytes = 0;
  };
  static void drop_answers(All& all, Person& person);
  /// Lets the oldest go, but not `user`, until so much more fits; their subscriptions.
  static std::vector<uint64_t> make_room(All& all, std::size_t bytes, model::UserId user);
  void changed(model::UserId user);
  void watch(model::UserId user);

  model::ports::Inbox& inbox_;
  base::Guarded<All> all_;
};

}  // namespace herald::plugin
