#include <gtest/gtest.h>

#include "any.hpp"

namespace herald::model::testing {
namespace {

TEST(ChainJson, RoundTripsAnything) {
  for (unsigned seed = 0; seed < 500; ++seed) {
    const auto chain = Any{seed}.chain();
    const auto again = chain_from_json(to_json_text(chain));
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(*again, chain) << "seed " << seed;
    EXPECT_EQ(to_json_text(*again), to_json_text(chain));
  }
}

TEST(ChainJson, HoldsEveryFieldSoThatALaterDefaultChangesNothing) {
  Chain chain;
  chain.steps.resize(1);
  chain.steps[0].channel = "webchat";
  EXPECT_EQ(
      to_json_text(chain),
      R"({"route":"","steps":[{"channel":"webchat","until":"delivered","within":120000000,"try_for":900000000,)"
      R"("attempts":4,"backoff_first":1000000,"backoff_max":300000000,"timeout":30000000,"idempotent":false,)"
      R"("reaches_nobody":false,"reconciles":false}],"rounds":3,"every":300000000,"receipts_for":86400000000,)"
      R"("expires_after":86400000000})");
}

TEST(ChainJson, RefusesWhatItCannotHaveWritten) {
  Chain chain;
  chain.steps.resize(1);
  chain.steps[0].channel = "webchat";
  expect_only_whole(to_json_text(chain),
                    [](const std::string& t) { return chain_from_json(t).has_value(); });
  for (const auto* text : {R"({"route":"r"})", R"({"route":1,"steps":[]})",
                           R"({"route":"r","steps":{}})", R"({"route":"r","steps":[{}]})",
                           R"({"route":"r","steps":[{"channel":"c","until":"seen"}]})",
                           R"({"route":"r","steps":[{"channel":"c","attempts":-1}]})",
                           R"({"route":"r","steps":[{"channel":"c","attempts":4294967296}]})",
                           R"({"route":"r","steps":[{"channel":"c","within":1.5}]})",
                           R"({"route":"r","steps":[{"channel":"c","idempotent":1}]})",
                           R"({"route":"r","steps":[],"steps":[]})"})
    EXPECT_FALSE(chain_from_json(text)) << text;
}

}  // namespace
}  // namespace herald::model::testing
