#include "telemetry/event_stream.hpp"

#include <gtest/gtest.h>

#include <boost/json/object.hpp>
#include <vector>

namespace herald::telemetry {
namespace {

TEST(EventStream, PrivatePartsGoOnlyToThoseWhoMaySeeThem) {
  EventStream stream;
  EXPECT_FALSE(stream.wanted());
  std::vector<boost::json::object> open, secret;
  stream.subscribe(false, [&](const auto& e) { return open.push_back(e), true; });
  stream.subscribe(true, [&](const auto& e) { return secret.push_back(e), true; });
  EXPECT_TRUE(stream.wanted());
  stream.publish({{"id", "n"}}, {{"params", "text"}});
  ASSERT_EQ(open.size(), 1U);
  EXPECT_FALSE(open[0].contains("params"));
  EXPECT_TRUE(secret.at(0).contains("params"));
}

TEST(EventStream, WhoeverNoLongerListensIsForgotten) {
  EventStream stream;
  int heard = 0;
  stream.subscribe(false, [&](const auto&) { return ++heard, false; });
  const auto second = stream.subscribe(false, [&](const auto&) { return ++heard, true; });
  stream.publish({}, {});
  stream.publish({}, {});
  EXPECT_EQ(heard, 3);
  stream.unsubscribe(second);
  stream.unsubscribe(99);
  stream.publish({}, {});
  EXPECT_EQ(heard, 3);
  EXPECT_FALSE(stream.wanted());
}

}  // namespace
}  // namespace herald::telemetry
