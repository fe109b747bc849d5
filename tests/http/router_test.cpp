#include "http/router.hpp"

#include <gtest/gtest.h>

#include "http/support.hpp"

namespace herald::http::test {
namespace {

using Kind = Router::Match::Kind;

web::Route route(std::vector<std::string> methods, std::string path) {
  web::Route r;
  r.methods = std::move(methods);
  r.path = std::move(path);
  r.access = web::Access::anyone;
  r.handler = echo;
  return r;
}

// covers: S10 S13 S16
TEST(Router, PollNeverCollidesWithAUser) {
  Router router;
  ASSERT_TRUE(router.mount(route({"GET"}, "/n/{user}")));
  ASSERT_TRUE(router.mount(route({"GET"}, "/n/poll/{user}")));
  ASSERT_TRUE(router.mount(route({"POST"}, "/n/{user}/clear")));

  const auto list = router.find("GET", "/n/7");
  EXPECT_EQ(list.route->path, "/n/{user}");
  EXPECT_EQ(list.params.at("user"), "7");
  const auto poll = router.find("GET", "/n/poll/7");
  EXPECT_EQ(poll.route->path, "/n/poll/{user}");
  EXPECT_EQ(poll.params.at("user"), "7");
  // A user spelled "poll" is still a user: the list, not the poll route without one.
  EXPECT_EQ(router.find("GET", "/n/poll").params.at("user"), "poll");
  EXPECT_EQ(router.find("GET", "/n/poll/poll").route->path, "/n/poll/{user}");
  // The literal path exists but does not offer POST; the one that does is taken.
  const auto clear = router.find("POST", "/n/poll/clear");
  ASSERT_EQ(clear.kind, Kind::route);
  EXPECT_EQ(clear.route->path, "/n/{user}/clear");
  EXPECT_EQ(clear.params.at("user"), "poll");
}

// covers: S15
TEST(Router, DecodesSegmentsOneByOne) {
  Router router;
  ASSERT_TRUE(router.mount(route({"GET"}, "/n/{user}/{what}")));
  const auto m = router.find("GET", "/n/%2B237%20691/a%2Fb+c");
  ASSERT_EQ(m.kind, Kind::route);
  EXPECT_EQ(m.params.at("user"), "+237 691");
  EXPECT_EQ(m.params.at("what"), "a/b+c");
  EXPECT_EQ(router.find("GET", "/n/a%2Fb").kind, Kind::no_path);
  for (const char* bad : {"/n/%/x", "/n/%4/x", "/n/%zz/x", "/n/../x", "/n/%2e%2E/x", "/n/%00/x",
                          "/n/%0a/x", "/n/%c0%af/x"})
    EXPECT_EQ(router.find("GET", bad).kind, Kind::malformed) << bad;
  EXPECT_EQ(router.find("GET", "/n//x").kind, Kind::no_path) << "a parameter is never empty";
  EXPECT_EQ(router.find("GET", "/n/a/x/").kind, Kind::no_path);
}

TEST(Router, KeepsNothingOfAWayThatLedNowhere) {
  Router router;
  ASSERT_TRUE(router.mount(route({"GET"}, "/a/{x}/{y}/end")));
  ASSERT_TRUE(router.mount(route({"GET"}, "/{u}/{v}/{w}/{z}")));
  const auto m = router.find("GET", "/a/1/2/3");
  ASSERT_EQ(m.kind, Kind::route);
  EXPECT_EQ(m.route->path, "/{u}/{v}/{w}/{z}");
  EXPECT_EQ(m.params,
            (std::map<std::string, std::string>{{"u", "a"}, {"v", "1"}, {"w", "2"}, {"z", "3"}}));
}

TEST(Router, TakesAsManyParametersAsAPathHasSegments) {
  Router router;
  std::string path, asked;
  for (int i = 0; i < 32; ++i) {
    path += "/{p" + std::to_string(i) + "}";
    asked += "/" + std::to_string(i);
  }
  ASSERT_TRUE(router.mount(route({"GET"}, path)));
  const auto m = router.find("GET", asked);
  ASSERT_EQ(m.kind, Kind::route);
  EXPECT_EQ(m.params.size(), 32U);
  EXPECT_EQ(m.params.at("p0"), "0");
  EXPECT_EQ(m.params.at("p31"), "31");
  EXPECT_EQ(router.find("GET", asked + "/x").kind, Kind::malformed);
}

// covers: S17
TEST(Router, TellsUnknownPathsFromUnofferedMethods) {
  Router router;
  ASSERT_TRUE(router.mount(route({"GET", "PUT"}, "/a")));
  ASSERT_TRUE(router.mount(route({"POST"}, "/{x}")));
  EXPECT_EQ(router.find("GET", "/b/c").kind, Kind::no_path);
  const auto m = router.find("DELETE", "/a");
  ASSERT_EQ(m.kind, Kind::no_method);
  EXPECT_EQ(m.allowed, (std::vector<std::string>{"GET", "HEAD", "OPTIONS", "POST", "PUT"}));
  EXPECT_EQ(router.find("HEAD", "/a").kind, Kind::route);
  EXPECT_EQ(router.find("HEAD", "/b").kind, Kind::no_method);
}

TEST(Router, RefusesConflictsAndNonsense) {
  Router router;
  const auto first = router.mount(route({"GET"}, "/a/{user}"));
  ASSERT_TRUE(first);
  const auto same = router.mount(route({"POST", "GET"}, "/a/{id}"));
  ASSERT_FALSE(same);
  EXPECT_EQ(same.error().code, base::Code::conflict);
  EXPECT_EQ(router.find("POST", "/a/1").kind, Kind::no_method)
      << "a refused route must leave nothing behind";
  for (const char* bad : {"", "a", "/a{b}", "/{}", "/{a}/{a}", "/a/..", "/{a}b"})
    EXPECT_FALSE(router.mount(route({"GET"}, bad))) << bad;
  EXPECT_FALSE(router.mount(route({}, "/x")));
  auto owned = route({"GET"}, "/x");
  owned.access = web::Access::path_user;
  EXPECT_FALSE(router.mount(owned)) << "path_user without {user}";

  const auto held = router.find("GET", "/a/1").route;
  router.unmount(*first);
  EXPECT_EQ(router.find("GET", "/a/1").kind, Kind::no_path);
  EXPECT_EQ(held->path, "/a/{user}") << "a request under way keeps its route";
  EXPECT_TRUE(router.mount(route({"GET"}, "/a/{id}")));
}

TEST(Router, MountsWhileOthersRead) {
  Router router;
  ASSERT_TRUE(router.mount(route({"GET"}, "/stays")));
  std::atomic<bool> stop{false};
  std::atomic<int> misses{0}, reads{0};
  std::thread reader{[&] {
    while (!stop) {
      if (router.find("GET", "/stays").kind != Kind::route) ++misses;
      ++reads;
    }
  }};
  for (int i = 0; i < 500; ++i) {
    const auto handle = router.mount(route({"GET"}, "/comes/" + std::to_string(i)));
    ASSERT_TRUE(handle);
    router.unmount(*handle);
  }
  while (reads == 0) std::this_thread::yield();
  stop = true;
  reader.join();
  EXPECT_EQ(misses, 0);
}

// covers: S17
TEST(Router, AnswersAsProblems) {
  TestServer server;
  server.mount("GET", "/a", echo);
  const auto missing = server.ask(get("/nothing"));
  ASSERT_TRUE(missing);
  EXPECT_EQ(missing->status, 404U);
  EXPECT_EQ(missing->header("content-type"), "application/problem+json");
  EXPECT_NE(missing->body.find(R"("status":"error")"), std::string::npos);
  const auto wrong = server.ask(post("/a", ""));
  ASSERT_TRUE(wrong);
  EXPECT_EQ(wrong->status, 405U);
  EXPECT_EQ(wrong->header("allow"), "GET, HEAD, OPTIONS");
}

}  // namespace
}  // namespace herald::http::test
