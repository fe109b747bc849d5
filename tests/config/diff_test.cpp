#include "support.hpp"

namespace herald::config {
namespace {

std::vector<Change> between(const std::string& a, const std::string& b) {
  const Loaded before{a}, after{b};
  if (!before.result || !after.result) throw std::logic_error(before.shown() + after.shown());
  return diff(*before, *after);
}

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Diff, WhatNeedsARestartIsMarked) {
  EXPECT_THAT(between("",
                      "store: { url: \"sqlite:/x\" }\nhttp: { address: \"::1\", port: 1 "
                      "}\ncontrol: { socket: /y }\n"),
              ElementsAre(Change{"store.url", true}, Change{"http.address", true},
                          Change{"http.port", true}, Change{"control.socket", true}));
}

TEST(Diff, WhatAReloadDoesIsNot) {
  EXPECT_THAT(between("", "log: { level: debug }\ninbox: { keep: 3 }\nlocale: en\n"),
              ElementsAre(Change{"log", false}, Change{"inbox", false}, Change{"locale", false}));
}

TEST(Diff, ChannelsOneByOneAndRoutesByWhatTheySay) {
  const std::string base =
      "channels: { a: { plugin: a }, b: { plugin: b } }\nroutes: [{ name: r, chain: [a, b] }]\n";
  EXPECT_THAT(between(base, "# moved down by a line\n" + base), IsEmpty());
  EXPECT_THAT(between(base,
                      "channels: { a: { plugin: a, settings: { x: 1 } }, c: { plugin: c } "
                      "}\nroutes: [{ name: r, chain: [a, b] }]\n"),
              ElementsAre(Change{"channels.a", false}, Change{"channels.b", false},
                          Change{"channels.c", false}));
  EXPECT_THAT(between(base,
                      "channels: { a: { plugin: a }, b: { plugin: b } }\nroutes: [{ name: r, "
                      "chain: [b, a] }]\n"),
              ElementsAre(Change{"routes", false}));
}

}  // namespace
}  // namespace herald::config
