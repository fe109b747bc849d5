#include "query.hpp"

#include <gtest/gtest.h>

namespace webchat {
namespace {

herald::Incoming request(std::string target, herald::Fields query) {
  herald::Incoming out;
  out.target = std::move(target);
  out.query = std::move(query);
  return out;
}

TEST(Query, AParameterIsThereOnceOrNotAtAll) {
  const auto one = request("/x?a=1&b=&&c", {{"a", "1"}, {"b", ""}, {"c", ""}});
  EXPECT_EQ(single(one, "a").value, "1");
  EXPECT_EQ(single(one, "b").value, "");
  const auto absent = single(one, "d");
  EXPECT_FALSE(absent.value);
  EXPECT_EQ(absent.problem, "");
  const auto twice = single(request("/x?a=1&a=1", {{"a", "1"}, {"a", "1"}}), "a");
  EXPECT_FALSE(twice.value);
  EXPECT_NE(twice.problem, "");
}

// covers: S32
TEST(Query, WhatTheHostLeftOutIsAProblemAndNotAnAbsence) {
  for (const auto* target : {"/x?last_check=%FF", "/x?b=1&last_check=%FF"}) {
    const auto left_out = single(request(target, {}), "last_check");
    EXPECT_FALSE(left_out.value);
    EXPECT_NE(left_out.problem, "") << target;
  }
  EXPECT_EQ(single(request("/x", {}), "last_check").problem, "");
  EXPECT_EQ(single(request("/x?", {}), "last_check").problem, "");
}

TEST(Query, ABlankBodyIsNone) {
  EXPECT_TRUE(is_blank(""));
  EXPECT_TRUE(is_blank(" \r\n\t"));
  EXPECT_FALSE(is_blank(" {"));
}

}  // namespace
}  // namespace webchat
