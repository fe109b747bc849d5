#include "control/event_queue.hpp"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <string>

namespace herald::control {
namespace {

using Pushed = EventQueue::Pushed;

boost::json::object next(EventQueue& queue) {
  auto text = queue.pop().value();
  text.pop_back();
  return boost::json::parse(text).at("parameters").as_object();
}

TEST(EventQueue, KeepsOrderAndWakesItsReaderOnce) {
  EventQueue queue{8, 1 << 20};
  EXPECT_EQ(queue.push({{"n", 1}}), Pushed::first);
  EXPECT_EQ(queue.push({{"n", 2}}), Pushed::more);
  EXPECT_EQ(next(queue).at("event").at("n"), 1);
  EXPECT_EQ(next(queue).at("event").at("n"), 2);
  EXPECT_EQ(queue.pop(), std::nullopt);
  EXPECT_EQ(queue.push({{"n", 3}}), Pushed::first);
}

TEST(EventQueue, CountsWhatDidNotFitBeforeTheNextEvent) {
  EventQueue queue{2, 1 << 20};
  for (int n = 1; n <= 5; ++n) queue.push({{"n", n}});
  EXPECT_EQ(next(queue).at("lost"), 0);
  EXPECT_EQ(queue.push({{"n", 6}}), Pushed::more);
  EXPECT_EQ(next(queue).at("event").at("n"), 2);
  const auto after = next(queue);
  EXPECT_EQ(after.at("event").at("n"), 6);
  EXPECT_EQ(after.at("lost"), 3);
}

TEST(EventQueue, TellsTheCountOnceWhenNoEventFollows) {
  EventQueue queue{1, 1 << 20};
  queue.push({{"n", 1}});
  EXPECT_EQ(queue.push({{"n", 2}}), Pushed::lost);
  next(queue);
  const auto last = next(queue);
  EXPECT_TRUE(last.at("event").is_null());
  EXPECT_EQ(last.at("lost"), 1);
  EXPECT_EQ(queue.pop(), std::nullopt);
}

TEST(EventQueue, IsBoundedInBytesToo) {
  EventQueue queue{1000, 100};
  EXPECT_EQ(queue.push({{"text", std::string(200, 'x')}}), Pushed::first);
  EXPECT_EQ(queue.push({{"n", 1}}), Pushed::lost);
}

TEST(EventQueue, TellsTheSourceWhenNobodyListens) {
  EventQueue queue{8, 100};
  queue.push({{"n", 1}});
  queue.close();
  EXPECT_EQ(queue.push({{"n", 2}}), Pushed::closed);
  EXPECT_EQ(queue.pop(), std::nullopt);
}

}  // namespace
}  // namespace herald::control
