#include <gtest/gtest.h>

#include <set>

#include "any.hpp"

namespace herald::model::testing {
namespace {

TEST(EventJson, RoundTripsEveryKind) {
  for (unsigned seed = 0; seed < 200; ++seed) {
    const auto events = Any{seed}.events();
    ASSERT_EQ(events.size(), std::variant_size_v<Event>);
    for (std::size_t i = 0; i < events.size(); ++i) {
      EXPECT_EQ(events[i].index(), i) << "one of each kind";
      const auto again = event_from_json(to_json_text(events[i]));
      ASSERT_TRUE(again) << again.error().message;
      EXPECT_EQ(*again, events[i]) << to_json_text(events[i]);
    }
  }
}

TEST(EventJson, NamesDiffer) {
  std::set<std::string_view> names;
  for (const auto& e : Any{1}.events()) names.insert(name(e));
  EXPECT_EQ(names.size(), std::variant_size_v<Event>);
  EXPECT_EQ(to_json_text(Event{event::Due{}}), R"({"event":"due"})");
}

TEST(EventJson, AGateWithoutAnEndSaysSo) {
  const Event e = event::Gated{Reason::paused, TimePoint::max()};
  EXPECT_EQ(to_json_text(e), R"({"event":"gated","r":"paused","open":true})");
  EXPECT_EQ(event_from_json(to_json_text(e)).value(), e);
}

TEST(EventJson, RefusesWhatItCannotHaveWritten) {
  for (const auto& e : Any{3}.events())
    expect_only_whole(to_json_text(e),
                      [](const std::string& t) { return event_from_json(t).has_value(); });
  for (const auto* text :
       {R"({"event":"gone"})", R"({"event":"gated","r":"paused"})",
        R"({"event":"gated","r":"no","until":1})",
        R"({"event":"completed","run":1,"step":0,"n":1})",
        R"({"event":"completed","run":1,"step":0,"n":1,"o":{}})",
        R"({"event":"completed","run":1,"step":-1,"n":1,"o":{"k":"retry"}})",
        R"({"event":"completed","run":1,"step":0,"n":1,"o":{"k":"retry","x":1}})",
        R"({"event":"cancel"})",
        R"({"event":"receipt","run":1,"step":0,"n":1,"kind":"seen","o":{"k":"retry"}})"})
    EXPECT_FALSE(event_from_json(text)) << text;
}

}  // namespace
}  // namespace herald::model::testing
