#include "webchat_test.hpp"

// The file that browsers load. Whether it works is tests/browser's question.
namespace webchat_test {
namespace {

class Widget : public Webchat {
 protected:
  void SetUp() override {
    Webchat::SetUp();
    // Then the test widget.built fails and says why.
    if (!WEBCHAT_HAS_WIDGET) GTEST_SKIP() << "this build has no widget";
  }
  Seen load(herald::Fields headers) {
    return host.request("GET", "/widget.js", {.headers = std::move(headers), .who = {}});
  }
  static std::string field(const Seen& seen, std::string_view name) {
    return std::string{herald::header(seen.response.headers, name)};
  }
};

TEST_F(Widget, IsForEverybodyAndMayBeKeptForAWhile) {
  const auto seen = load({});
  EXPECT_EQ(seen.response.status, 200u);
  EXPECT_EQ(field(seen, "content-type"), "text/javascript; charset=utf-8");
  EXPECT_EQ(field(seen, "content-encoding"), "");
  EXPECT_EQ(field(seen, "cache-control"), "public, max-age=300");
  EXPECT_EQ(field(seen, "vary"), "Accept-Encoding, Origin");
  EXPECT_NE(seen.response.body.find("herald-inbox"), std::string::npos);
}

TEST_F(Widget, ComesCompressedToThoseWhoTakeThat) {
  for (const auto* takes : {"gzip", "deflate, gzip, br", "br;q=1, gzip;q=0.5"}) {
    const auto seen = load({{"accept-encoding", takes}});
    EXPECT_EQ(field(seen, "content-encoding"), "gzip") << takes;
    EXPECT_LT(seen.response.body.size(), 15u * 1024) << "what a page has to load";
    EXPECT_EQ(seen.response.body.substr(0, 2), "\x1f\x8b");
  }
  for (const auto* refuses : {"identity", "br", "gzip;q=0", "gzip; q=0.0, br"})
    EXPECT_EQ(field(load({{"accept-encoding", refuses}}), "content-encoding"), "") << refuses;
}

TEST_F(Widget, IsNotSentAgainToThoseWhoHaveIt) {
  const auto plain = field(load({}), "etag");
  const auto compressed = field(load({{"accept-encoding", "gzip"}}), "etag");
  EXPECT_NE(plain, compressed) << "they are different bytes";
  const auto again = load({{"if-none-match", "\"x\", " + plain}});
  EXPECT_EQ(again.response.status, 304u);
  EXPECT_EQ(again.response.body, "");
  EXPECT_EQ(field(again, "etag"), plain);
  EXPECT_EQ(load({{"if-none-match", compressed}}).response.status, 200u);
}

}  // namespace
}  // namespace webchat_test
