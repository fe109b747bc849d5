#include <gtest/gtest.h>

#include "any.hpp"
#include "base/text.hpp"

namespace herald::model::testing {
namespace {

TEST(ProgressJson, RoundTripsAnything) {
  for (unsigned seed = 0; seed < 2'000; ++seed) {
    const auto progress = Any{seed}.progress();
    const auto again = progress_from_json(to_json_text(progress));
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(*again, progress) << "seed " << seed;
  }
}

TEST(ProgressJson, IsShort) {
  Progress p;
  p.id = std::string(35, 'a');
  p.state = State::waiting;
  p.reason = Reason::wanted_evidence;
  p.due = p.expires = p.step_started = p.next_try = p.wait_started =
      base::from_unix_us(1'752'487'200'000'000);
  Attempt a;
  a.channel = "webchat";
  a.in_flight = false;
  a.outcome.kind = OutcomeKind::accepted;
  a.evidence = Evidence::accepted;
  a.started = a.ended = a.evidence_at = p.due;
  p.attempts.push_back(a);
  EXPECT_LT(to_json_text(p).size(), 360U) << to_json_text(p);
  EXPECT_EQ(to_json_text(Progress{}), R"({"id":"","s":"queued","r":"submitted","due":0})");
}

TEST(ProgressJson, RefusesWhatItCannotHaveWritten) {
  auto p = Any{7}.progress();
  p.id = "n1";
  expect_only_whole(to_json_text(p),
                    [](const std::string& t) { return progress_from_json(t).has_value(); });
  for (const auto* text :
       {R"({"id":"n","s":"queued"})", R"({"id":1,"s":"queued","r":"none"})",
        R"({"id":"n","s":"gone","r":"none"})", R"({"id":"n","s":"queued","r":"why"})",
        R"({"id":"n","s":"queued","r":"none","run":-1})",
        R"({"id":"n","s":"queued","r":"none","due":1e3})",
        R"({"id":"n","s":"queued","r":"none","due":"1"})",
        R"({"id":"n","s":"queued","r":"none","a":{}})",
        R"({"id":"n","s":"queued","r":"none","a":[1]})",
        R"({"id":"n","s":"queued","r":"none","a":[{"e":"seen"}]})",
        R"({"id":"n","s":"queued","r":"none","l":[{}]})",
        R"({"id":"n","s":"queued","r":"none","pf":{"k":"never"}})",
        R"({"id":"n","s":"queued","r":"none","pf":1})"}) {
    const auto read = progress_from_json(text);
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().code, base::Code::internal);
    EXPECT_FALSE(read.error().message.empty());
  }
}

// A plugin's detail may hold anything: what is written must be readable again, and fit every
// database.
TEST(ProgressJson, BytesThatAreNotTextBecomeReplacementCharacters) {
  Progress p;
  p.left.push_back(
      {1, 1, 0, Reason::provider, false, std::string{"bad \xff\xc3 and \0 end", 16}, {}});
  const auto text = to_json_text(p);
  EXPECT_TRUE(base::is_utf8(text));
  EXPECT_EQ(text.find('\0'), std::string::npos);
  const auto again = progress_from_json(text);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->left.at(0).detail, "bad \uFFFD\uFFFD and \uFFFD end");
}

}  // namespace
}  // namespace herald::model::testing
