#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/ports/answers.hpp"
#include "store/store.hpp"

namespace herald::answers {

/// What was said, when it is known who said it.
struct Words {
  model::UserId user = 0;
  std::string said;    ///< names it, so that the same again is known
  std::string action;  ///< of a button; else
  std::string text;
};

/// What is to become of it. Won: it is to be recorded, unless another is quicker.
using Ruling = model::ports::Answered;

/// For how long words that fit an answered question, and no open one, are taken for an answer that
/// came late.
inline constexpr model::Duration kLate{std::chrono::minutes{10}};

// Pure.

/// A button or a reply names its question.
Ruling judge_named(const Words& words, const store::Question& question, model::TimePoint now);

/// Words alone: the one open question of that person is meant; with several nothing is resolved.
/// `questions` as AnswerStore::questions gives them.
Ruling judge_free(const Words& words, const std::vector<store::Question>& questions,
                  model::TimePoint now);

/// Of an action of that question; empty when there is none.
std::string label_of(const store::Question& question, std::string_view action);

}  // namespace herald::answers
