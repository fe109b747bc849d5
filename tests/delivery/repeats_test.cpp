#include "delivery/repeats.hpp"

#include "play.hpp"

namespace herald::delivery::testing {
namespace {

using K = OutcomeKind;
using R = ReceiptKind;

std::string repeats(const Play& play) {
  std::string out;
  for (std::size_t i = 0; i < play.p.attempts.size(); ++i)
    out += (out.empty() ? "" : " ") + std::string{to_string(repeat_of(play.p, i))};
  return out;
}
Step idempotent(std::string channel) {
  auto s = step(std::move(channel));
  s.idempotent = true;
  return s;
}

TEST(Repeats, ARetryAfterSilenceMayBeOneOnTheSameChannel) {
  Play play{chain_of({idempotent("sms")})};
  play.start().complete(K::unknown).start();
  EXPECT_EQ(repeats(play), "no same_channel");
  Play lost{chain_of({idempotent("sms")})};
  lost.start().give(event::Lost{lost.last(), Reason::attempt_lost}).start();
  EXPECT_EQ(repeats(lost), "no same_channel");
}

TEST(Repeats, ARetryOfWhatCertainlyFailedIsNone) {
  Play play{chain_of({step("sms"), step("mail")})};
  play.start().complete(K::retry, Reason::network).start().complete(K::rejected).start();
  EXPECT_EQ(repeats(play), "no no no");
}

TEST(Repeats, AnotherChannelAfterUnknownIsACopyButAfterSilentAcceptanceIsTheChain) {
  Play unknown{chain_of({step("wa"), step("sms"), nobody("log")})};
  unknown.start().complete(K::unknown).due().start().complete(K::rejected).start();
  EXPECT_EQ(repeats(unknown), "no other_channel no") << "the log tells nobody";
  unknown.receipt({1, 0, 1}, R::sent);
  EXPECT_EQ(repeats(unknown), "no other_channel no") << "later news does not hide it";
  unknown.receipt({1, 0, 1}, R::failed, outcome(K::rejected));
  EXPECT_EQ(repeats(unknown), "no no no") << "but that it failed does";
  Play accepted{chain_of({step("wa"), step("sms")})};
  accepted.start().complete(K::accepted).due().start();
  EXPECT_EQ(repeats(accepted), "no no");
}

TEST(Repeats, AResendIsOne) {
  Play play{chain_of({step("wa")})};
  play.start().complete(K::accepted).due();
  play.give(event::Redrive{"admin", play.later(24h), true}).start();
  EXPECT_EQ(repeats(play), "no same_channel");
}

}  // namespace
}  // namespace herald::delivery::testing
