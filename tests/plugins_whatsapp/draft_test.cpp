#include "draft.hpp"

#include <gtest/gtest.h>

#include <random>
#include <set>

#include "notice.hpp"
#include "steps.hpp"
#include "text/text.hpp"

namespace whatsapp {
namespace {

std::string noise(std::mt19937& random, std::size_t most) {
  const char* const parts[] = {"a",  "é",  "👍🏾", " ", "     ", "\n",
                               "\t", "**", "_",        "`", "OUI",   "字"};
  std::string out;
  for (auto n = random() % most; n > 0; --n) out += parts[random() % std::size(parts)];
  return out;
}

herald::Message random_message(std::mt19937& random) {
  herald::Message m;
  m.kind = "k";
  m.herald_id = "n-" + std::to_string(random() % 1'000'000);
  m.recipient = "+237691924173";
  m.address_kind = "phone";
  m.subject = noise(random, 40);
  m.parts = {{random() % 2 != 0 ? "text/markdown" : "text/plain", "", "x" + noise(random, 2'500)}};
  m.fields = {{"one", noise(random, 900)}, {"two", noise(random, 9)}};
  for (auto n = random() % 13; n > 0; --n)
    m.actions.push_back({"a" + std::to_string(n), noise(random, 12), noise(random, 3)});
  return m;
}

bool acceptable(const std::string& value) {
  return !value.empty() && value.find_first_of("\n\r\t") == value.npos &&
         value.find("    ") == value.npos;
}

// Whatever a producer writes, what is sent keeps every limit of the provider.
TEST(DraftProperty, ChoicesAndTextsKeepTheLimits) {
  std::mt19937 random{20266};
  int buttons = 0, lists = 0, texts = 0;
  for (int i = 0; i < 3'000; ++i) {
    const auto m = random_message(random);
    const Limits limits{i % 2 == 0 ? std::size_t{4096} : std::size_t{1600}, i % 3 != 0};
    Draft d;
    ASSERT_FALSE(compose(Settings{}, limits, m, true, d));
    ASSERT_LE(length(d.text), limits.text);
    ASSERT_GE(length(d.text), 1u);
    if (d.kind == Draft::kText) {
      ++texts;
      continue;
    }
    ASSERT_TRUE(limits.choices);
    ASSERT_LE(length(d.text), kMaxChoiceText);
    ASSERT_EQ(d.choices.size(), m.actions.size());
    ASSERT_LE(d.choices.size(), kMaxRows);
    const bool few = d.choices.size() <= kMaxButtons;
    ++(few ? buttons : lists);
    std::set<std::string> titles, ids;
    for (const auto& c : d.choices) {
      ASSERT_GE(length(c.title), 1u);
      ASSERT_LE(length(c.title), few ? kMaxButtonTitle : kMaxRowTitle) << c.title;
      ASSERT_LE(c.id.size(), few ? kMaxButtonId : kMaxRowId);
      titles.insert(c.title);
      ids.insert(c.id);
    }
    ASSERT_EQ(titles.size(), d.choices.size());
    ASSERT_EQ(ids.size(), d.choices.size());
  }
  EXPECT_GT(buttons, 100);
  EXPECT_GT(lists, 100);
  EXPECT_GT(texts, 100);
}

TEST(DraftProperty, TemplateParametersAreAlwaysAcceptable) {
  std::mt19937 random{20267};
  Settings settings;
  auto& t = settings.templates["k"];
  t.variants = {{"fr", "t"}};
  t.header = "one";
  t.params = {"one", "two", "title", "text", "missing"};
  t.buttons = {{TemplateButton::kUrl, "one"}, {TemplateButton::kQuickReply, "accept"}};
  for (int i = 0; i < 3'000; ++i) {
    const auto m = random_message(random);
    Draft d;
    ASSERT_FALSE(compose(settings, Limits{}, m, false, d));
    ASSERT_EQ(d.kind, Draft::kTemplate);
    ASSERT_EQ(d.params.size(), 5u);
    std::size_t all = 0;
    for (const auto& value : d.params) {
      ASSERT_TRUE(acceptable(value)) << value;
      all += length(value);
    }
    ASSERT_LE(all, kMaxParameter);
    ASSERT_TRUE(acceptable(d.header));
    ASSERT_LE(length(d.header), kMaxHeader);
    for (const auto& value : d.buttons) {
      ASSERT_TRUE(acceptable(value)) << value;
      ASSERT_LE(length(value), kMaxButtonId);
    }
  }
}

TEST(Draft, OutsideTheWindowWithoutATemplateNothingIsSent) {
  std::mt19937 random{1};
  const auto m = random_message(random);
  Draft d;
  const auto refusal = compose(Settings{}, Limits{}, m, false, d);
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->result, HERALD_REJECTED);
  EXPECT_TRUE(refusal->detail.starts_with("no template: "));
}

TEST(Draft, AnswersAlreadyInTheTextAreNotRepeated) {
  herald::Message m;
  m.recipient = "+237691924173";
  m.parts = {{"text/plain", "", "Répondez OUI ou NON"}};
  m.actions = {{"accept", "OUI", "OUI"}, {"refuse", "NON", "NON"}, {"ask", "Appeler", ""}};
  Draft d;
  ASSERT_FALSE(compose(Settings{}, Limits{1600, false}, m, true, d));
  EXPECT_EQ(d.text, "Répondez OUI ou NON\n\n- Appeler");
}

TEST(Payload, ThereAndBack) {
  const auto read = [](std::string_view written) {
    Inbound in;
    read_payload(written, in);
    return std::pair{in.action_id, in.herald_id};
  };
  using P = std::pair<std::string, std::string>;
  EXPECT_EQ(read(payload("accept", "n-42", 256)), (P{"accept", "n-42"}));
  EXPECT_EQ(read(payload("a:b", "n-42", 256)), (P{"a:b", "n-42"}));
  EXPECT_EQ(read("accept"), (P{"accept", ""}));
  EXPECT_EQ(payload(std::string(300, 'x'), "n-42", 200).size(), 200u);
  for (const auto* odd : {"", ":n-42", "accept:", "accept:n 42", "accept:é"})
    EXPECT_EQ(read(odd), (P{"", ""})) << odd;
}

TEST(Steps, InOrderTogetherAndOnceDone) {
  std::vector<herald::Callback<bool>> open;
  std::vector<int> started;
  std::vector<Step> steps;
  for (int i = 0; i < 5; ++i)
    steps.push_back([&, i](herald::Callback<bool> next) {
      started.push_back(i);
      open.push_back(std::move(next));
    });
  std::vector<bool> done;
  run(steps, 2, [&](bool ok) { done.push_back(ok); });
  EXPECT_EQ(started, (std::vector<int>{0, 1}));
  for (std::size_t i = 0; i < 5; ++i) {
    EXPECT_TRUE(done.empty());
    auto next = std::move(open[i]);
    next(true);
  }
  EXPECT_EQ(started, (std::vector<int>{0, 1, 2, 3, 4}));
  EXPECT_EQ(done, std::vector<bool>{true});
}

TEST(Steps, AFailureStopsThoseThatHaveNotBegun) {
  std::vector<herald::Callback<bool>> open;
  std::vector<Step> steps(4, [&](herald::Callback<bool> next) { open.push_back(std::move(next)); });
  std::vector<bool> done;
  run(steps, 2, [&](bool ok) { done.push_back(ok); });
  open[0](false);
  EXPECT_TRUE(done.empty());  // the second is still under way
  open[1](true);
  EXPECT_EQ(open.size(), 2u);
  EXPECT_EQ(done, std::vector<bool>{false});
}

TEST(Steps, ManyThatAnswerAtOnceAndNone) {
  std::vector<Step> steps(100'000, [](herald::Callback<bool> next) { next(true); });
  int done = 0;
  run(steps, 1, [&](bool ok) { done += ok; });
  run({}, 4, [&](bool ok) { done += ok; });
  EXPECT_EQ(done, 2);
}

}  // namespace
}  // namespace whatsapp
