#include "line.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>

namespace log_channel {
namespace {

herald::Delivery delivery() {
  herald::Delivery d;
  d.attempt = 2;
  d.attempt_id = "n1.0.2.2";
  d.message.herald_id = "n1";
  d.message.kind = "service_request.status";
  d.message.type = "status_update";
  d.message.user = "42";
  d.message.priority = 2;
  d.message.parts = {{"text/plain", {}, "Contact: 237691234567\n\"x\""}};
  return d;
}

// covers: S89
TEST(Line, HasWhoWhatAndWhenButNoText) {
  EXPECT_EQ(
      line(delivery(), 1'752'487'200'123, false),
      R"({"time":"2025-07-14T10:00:00.123Z","id":"n1","attempt":"n1.0.2.2","number":2,"kind":"service_request.status",)"
      R"("type":"status_update","user":"42","priority":"high"})"
      "\n");
}

// covers: S89
TEST(Line, HasTheTextOnlyOnRequestAndThenWithoutPhoneNumbers) {
  const auto text = line(delivery(), 0, true);
  EXPECT_EQ(boost::json::parse(text).at("text").as_string(), "Contact: 2376•••••567\n\"x\"");
  EXPECT_EQ(text.find('\n'), text.size() - 1);
}

// covers: S89
TEST(Line, MasksAUserThatIsAPhoneNumberButNoLongId) {
  auto d = delivery();
  d.message.user = "+237691234567";
  EXPECT_EQ(boost::json::parse(line(d, 0, false)).at("user").as_string(), "+2376•••••567");
  d.message.user = "9007199254740991";
  EXPECT_EQ(boost::json::parse(line(d, 0, false)).at("user").as_string(), "9007199254740991");
}

TEST(MaskPhones, TakesNumbersInEveryUsualSpellingAndLeavesPricesAlone) {
  EXPECT_EQ(mask_phones("237691234567"), "2376•••••567");
  EXPECT_EQ(mask_phones("+237 691 23 45 67."), "+2376•••••567.");
  EXPECT_EQ(mask_phones("691-234-567, 691.234.567"), "6912•••••567, 6912•••••567");
  EXPECT_EQ(mask_phones("3 000 - 10 000 XAF, 12345678"), "3 000 - 10 000 XAF, 12345678");
  EXPECT_EQ(mask_phones("2025-07-14"), "2025-07-14");
  EXPECT_EQ(mask_phones(""), "");
}

TEST(Utc, HandlesTimesBefore1970) {
  EXPECT_EQ(utc(0), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(utc(-1), "1969-12-31T23:59:59.999Z");
}

}  // namespace
}  // namespace log_channel
