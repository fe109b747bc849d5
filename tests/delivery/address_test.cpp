// Where a channel reaches a person, and what is marked there. Pure.
#include "delivery/address.hpp"

#include <gtest/gtest.h>

namespace herald::delivery::testing {
namespace {

using model::Identity;
using model::Reason;
using store::IdentityState;

const std::vector<std::string> kWhatsapp{"whatsapp.phone", "phone", "whatsapp.user_id"};
const std::vector<std::string> kSms{"phone"};
const Identity kPhone{"phone", "+237691924173"}, kMarked{"whatsapp.phone", "+237691924173"};
const Identity kOther{"phone", "+237691234567"}, kUser{"whatsapp.user_id", "CM.1"};
const model::TimePoint kNow = base::from_unix_ms(1'800'000'000'000);

AddressChoice choose(const std::vector<std::string>& wanted, std::vector<Identity> identities,
                     std::vector<IdentityState> states) {
  return choose_address(wanted, identities, states, kNow);
}

TEST(Address, TheBestKindTheyHave) {
  EXPECT_EQ(choose(kWhatsapp, {kUser, kPhone}, {}).address, kPhone);
  EXPECT_EQ(choose(kWhatsapp, {kPhone, kMarked}, {}).address, kMarked);
  EXPECT_EQ(choose(kWhatsapp, {kUser}, {}).address, kUser);
  EXPECT_EQ(choose(kSms, {kUser}, {}).refused, Reason::no_address);
}

// What WhatsApp marked is not written to under the general kind, and an SMS still is.
TEST(Address, AMarkOfOneChannelHoldsForTheSameNumberThereAndNowhereElse) {
  for (const auto& [state, reason] :
       {std::pair{"unreachable", Reason::quarantined}, std::pair{"opted_out", Reason::opted_out}}) {
    const std::vector<IdentityState> states{{kMarked, state, {}}};
    const auto refused = choose(kWhatsapp, {kPhone, kMarked}, states);
    EXPECT_FALSE(refused.address);
    EXPECT_EQ(refused.refused, reason);
    EXPECT_EQ(choose(kWhatsapp, {kPhone, kMarked, kOther}, states).address, kOther);
    EXPECT_EQ(choose(kSms, {kPhone, kMarked}, states).address, kPhone);
  }
}

TEST(Address, AMarkThatIsOverIsForgotten) {
  const std::vector<IdentityState> over{{kMarked, "unreachable", kNow}};
  EXPECT_EQ(choose(kWhatsapp, {kPhone, kMarked}, over).address, kMarked);
}

TEST(Address, AMarkUnderTheGeneralKindLeavesTheOtherKindAlone) {
  const std::vector<IdentityState> states{{kPhone, "unreachable", {}}};
  EXPECT_EQ(choose(kWhatsapp, {kPhone, kMarked}, states).address, kMarked);
  EXPECT_EQ(choose(kSms, {kPhone, kMarked}, states).refused, Reason::quarantined);
}

}  // namespace
}  // namespace herald::delivery::testing
