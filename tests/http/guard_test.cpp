#include <gtest/gtest.h>

#include "http/support.hpp"

namespace herald::http::test {
namespace {

struct Shape {
  const char* name;
  std::string bytes;
  unsigned status;    ///< 200: served
  bool close = true;  ///< the connection must end
};

std::string repeat(std::string_view text, std::size_t n) {
  std::string out;
  for (std::size_t i = 0; i < n; ++i) out += text;
  return out;
}

const std::string kH = "Host: a.example\r\n";
/// What a smuggled second request would be: it must never be answered.
const std::string kSmuggled = "GET /ok HTTP/1.1\r\nHost: a.example\r\n\r\n";

std::vector<Shape> shapes() {
  const std::string p = "POST /ok HTTP/1.1\r\n" + kH, g = "GET /ok HTTP/1.1\r\n";
  using S = std::string;
  return {
      // control cases: what must go through
      {"plain GET", g + kH + "\r\n", 200, false},
      {"empty line before", "\r\n" + g + kH + "\r\n", 200, false},
      {"HTTP/1.0 without Host", "GET /ok HTTP/1.0\r\n\r\n", 200},
      {"HTTP/1.0 keep-alive", "GET /ok HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", 200, false},
      {"chunked", p + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", 200, false},
      {"Chunked in capitals", p + "Transfer-Encoding: CHUNKED\r\n\r\n3;x=y\r\nabc\r\n0\r\n\r\n",
       200, false},
      {"length 0", p + "Content-Length: 0\r\n\r\n", 200, false},
      {"length with zeros", p + "Content-Length: 0003\r\n\r\nabc", 200, false},
      {"absolute form", "GET http://a.example/ok HTTP/1.1\r\n" + kH + "\r\n", 200, false},
      {"OPTIONS *", "OPTIONS * HTTP/1.1\r\n" + kH + "\r\n", 204, false},
      {"Connection: close", g + kH + "Connection: foo, Close\r\n\r\n", 200},
      {"value of high bytes", g + kH + "X: \xc3\xa9\r\n\r\n", 200, false},
      {"IPv6 host", g + "Host: [::1]:80\r\n\r\n", 200, false},
      // versions
      {"HTTP/2.0", "GET /ok HTTP/2.0\r\n" + kH + "\r\n", 505},
      {"HTTP/1.2", "GET /ok HTTP/1.2\r\n" + kH + "\r\n", 505},
      {"HTTP/0.9 with version", "GET /ok HTTP/0.9\r\n" + kH + "\r\n", 505},
      {"HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
      {"no version", "GET /ok\r\n" + kH + "\r\n", 400},
      {"lower-case version", "GET /ok http/1.1\r\n" + kH + "\r\n", 400},
      {"HTTP/1.10", "GET /ok HTTP/1.10\r\n" + kH + "\r\n", 400},
      {"HTTP/+1.1", "GET /ok HTTP/+1.1\r\n" + kH + "\r\n", 400},
      {"space after version", "GET /ok HTTP/1.1 \r\n" + kH + "\r\n", 400},
      // Host
      {"no Host", g + "\r\n", 400},
      {"two Hosts", g + kH + kH + "\r\n", 400},
      {"two Hosts, other case", g + kH + "hOST: b\r\n\r\n", 400},
      {"empty Host", g + "Host:\r\n\r\n", 400},
      {"Host with slash", g + "Host: a/b\r\n\r\n", 400},
      {"Host with space", g + "Host: a b\r\n\r\n", 400},
      {"Host with user", g + "Host: u@a\r\n\r\n", 400},
      {"Host with comma", g + "Host: a,b\r\n\r\n", 400},
      {"two Hosts in 1.0", "GET /ok HTTP/1.0\r\n" + kH + kH + "\r\n", 400},
      // Transfer-Encoding and Content-Length
      {"CL and TE",
       p + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + kSmuggled, 400},
      {"TE and CL",
       p + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n" + kSmuggled, 400},
      {"two TE",
       p + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + kSmuggled,
       400},
      {"TE chunked, chunked",
       p + "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n" + kSmuggled, 400},
      {"TE xchunked", p + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + kSmuggled, 501},
      {"TE gzip", p + "Transfer-Encoding: gzip\r\n\r\n" + kSmuggled, 501},
      {"TE gzip with CL", p + "Transfer-Encoding: gzip\r\nContent-Length: 0\r\n\r\n" + kSmuggled,
       400},
      {"TE gzip, chunked", p + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n" + kSmuggled,
       501},
      {"TE identity", p + "Transfer-Encoding: identity\r\n\r\n" + kSmuggled, 501},
      {"TE empty", p + "Transfer-Encoding:\r\n\r\n" + kSmuggled, 400},
      {"TE quoted", p + "Transfer-Encoding: \"chunked\"\r\n\r\n0\r\n\r\n" + kSmuggled, 501},
      {"TE with vertical tab",
       p +
           "Transfer-Encoding: \x0b"
           "chunked\r\n\r\n0\r\n\r\n" +
           kSmuggled,
       400},
      {"TE on 1.0",
       "POST /ok HTTP/1.0\r\n" + kH + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + kSmuggled,
       400},
      {"TE with space before colon", p + "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n" + kSmuggled,
       400},
      {"TE folded", p + "Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n" + kSmuggled, 400},
      {"two CL equal", p + "Content-Length: 5\r\nContent-Length: 5\r\n\r\nabcde", 400},
      {"two CL different", p + "Content-Length: 5\r\nContent-Length: 0\r\n\r\nabcde", 400},
      {"CL list", p + "Content-Length: 5, 5\r\n\r\nabcde", 400},
      {"CL plus", p + "Content-Length: +5\r\n\r\nabcde", 400},
      {"CL minus", p + "Content-Length: -1\r\n\r\n", 400},
      {"CL hex", p + "Content-Length: 0x5\r\n\r\nabcde", 400},
      {"CL empty", p + "Content-Length:\r\n\r\n", 400},
      {"CL with space inside", p + "Content-Length: 1 0\r\n\r\n", 400},
      {"CL 2^64", p + "Content-Length: 18446744073709551616\r\n\r\n", 413},
      {"CL 2^64 + 3", p + "Content-Length: 18446744073709551619\r\n\r\nabc" + kSmuggled, 413},
      {"CL beyond the route", p + "Content-Length: 1025\r\n\r\n" + repeat("x", 1025), 413},
      {"CL of 1 MiB and more", p + "Content-Length: 1048577\r\n\r\n", 413},
      // chunks
      {"chunk beyond the route",
       p + "Transfer-Encoding: chunked\r\n\r\n401\r\n" + repeat("x", 1025) + "\r\n0\r\n\r\n", 413},
      {"chunks beyond the route",
       p + "Transfer-Encoding: chunked\r\n\r\n" + repeat("200\r\n" + repeat("x", 512) + "\r\n", 3),
       413},
      {"chunk size 2^64", p + "Transfer-Encoding: chunked\r\n\r\n10000000000000000\r\n", 413},
      {"chunk size negative", p + "Transfer-Encoding: chunked\r\n\r\n-1\r\n", 400},
      {"chunk size 0x", p + "Transfer-Encoding: chunked\r\n\r\n0x3\r\nabc\r\n0\r\n\r\n", 400},
      {"chunk size empty", p + "Transfer-Encoding: chunked\r\n\r\n\r\nabc\r\n0\r\n\r\n", 400},
      {"chunk size with space", p + "Transfer-Encoding: chunked\r\n\r\n3 \r\nabc\r\n0\r\n\r\n",
       400},
      {"chunk with bare LF", p + "Transfer-Encoding: chunked\r\n\r\n3\nabc\r\n0\r\n\r\n", 400},
      {"chunk longer than its size", p + "Transfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n0\r\n\r\n",
       400},
      {"chunk ends with LF", p + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\n0\r\n\r\n", 400},
      {"chunk extension too long",
       p + "Transfer-Encoding: chunked\r\n\r\n3;" + repeat("x", 2000) + "\r\nabc\r\n0\r\n\r\n",
       400},
      {"chunk extension with control byte",
       p + "Transfer-Encoding: chunked\r\n\r\n3;\x01\r\nabc\r\n0\r\n\r\n", 400},
      {"trailers without end",
       p + "Transfer-Encoding: chunked\r\n\r\n0\r\n" +
           repeat("X: " + repeat("y", 500) + "\r\n", 20),
       431},
      {"trailer with NUL",
       p + "Transfer-Encoding: chunked\r\n\r\n0\r\n" + S("X: \0\r\n", 6) + "\r\n", 400},
      {"trailer malformed", p + "Transfer-Encoding: chunked\r\n\r\n0\r\nnonsense\r\n\r\n", 400},
      // targets and request lines
      {"relative target", "GET ok HTTP/1.1\r\n" + kH + "\r\n", 400},
      {"fragment", "GET /ok#x HTTP/1.1\r\n" + kH + "\r\n", 400},
      {"high byte in target", "GET /\xc3\xa9 HTTP/1.1\r\n" + kH + "\r\n", 400},
      {"control byte in target", "GET /o\x01k HTTP/1.1\r\n" + kH + "\r\n", 400},
      {"NUL in target", S("GET /o\0k HTTP/1.1\r\n", 20) + kH + "\r\n", 400},
      {"two spaces", "GET  /ok HTTP/1.1\r\n" + kH + "\r\n", 400},
      {"tab", "GET\t/ok HTTP/1.1\r\n" + kH + "\r\n", 400},
      {"space in target", "GET /o k HTTP/1.1\r\n" + kH + "\r\n", 400},
      {"other authority", "GET http://b.example/ok HTTP/1.1\r\n" + kH + "\r\n", 400},
      {"authority with user", "GET http://u@a.example/ok HTTP/1.1\r\n" + kH + "\r\n", 400},
      {"other scheme", "GET ftp://a.example/ok HTTP/1.1\r\n" + kH + "\r\n", 400},
      {"star for GET", "GET * HTTP/1.1\r\n" + kH + "\r\n", 400},
      {"dot segments", "GET /ok/../ok HTTP/1.1\r\n" + kH + "\r\n", 400},
      {"encoded dot segments", "GET /%2e%2e/ok HTTP/1.1\r\n" + kH + "\r\n", 400},
      {"encoded NUL", "GET /ok%00 HTTP/1.1\r\n" + kH + "\r\n", 400},
      {"half an escape", "GET /ok%2 HTTP/1.1\r\n" + kH + "\r\n", 400},
      {"escape to bad UTF-8", "GET /%ff HTTP/1.1\r\n" + kH + "\r\n", 400},
      {"target of 4 KiB and one", "GET /" + repeat("a", 4096) + " HTTP/1.1\r\n" + kH + "\r\n", 414},
      {"request line of 8 KiB and more",
       "GET /" + repeat("a", 9000) + " HTTP/1.1\r\n" + kH + "\r\n", 414},
      {"endless request line", "GET /" + repeat("a", 100'000), 414},
      // methods
      {"CONNECT", "CONNECT a.example:443 HTTP/1.1\r\n" + kH + "\r\n", 405},
      {"TRACE", "TRACE /ok HTTP/1.1\r\n" + kH + "\r\n", 405},
      {"unknown method", "BREW /ok HTTP/1.1\r\n" + kH + "\r\n", 501},
      {"lower-case method", "get /ok HTTP/1.1\r\n" + kH + "\r\n", 501},
      {"method no token", "G(T /ok HTTP/1.1\r\n" + kH + "\r\n", 400},
      // fields
      {"space before colon", g + kH + "X : y\r\n\r\n", 400},
      {"no colon", g + kH + "nonsense\r\n\r\n", 400},
      {"empty name", g + kH + ": y\r\n\r\n", 400},
      {"folded", g + kH + "X: y\r\n z\r\n\r\n", 400},
      {"space before the first field", g + " X: y\r\n" + kH + "\r\n", 400},
      {"bare CR in value", g + kH + "X: a\rb\r\n\r\n", 400},
      {"NUL in value", g + kH + S("X: a\0b\r\n", 8) + "\r\n", 400},
      {"DEL in value", g + kH + "X: a\x7f\r\n\r\n", 400},
      {"bare LF lines", "GET /ok HTTP/1.1\nHost: a\n\n", 400},
      {"one bare LF", g + "Host: a\nX: y\r\n\r\n", 400},
      {"101 fields", g + kH + repeat("X: y\r\n", 100) + "\r\n", 431},
      {"16 KiB of fields", g + kH + repeat("X: " + repeat("y", 500) + "\r\n", 40) + "\r\n", 431},
      {"endless field", g + kH + "X: " + repeat("y", 100'000), 431},
      {"unknown expectation", p + "Expect: 200-ok\r\nContent-Length: 3\r\n\r\nabc", 417},
      // garbage
      {"TLS hello", "\x16\x03\x01\x02\x01\x01\xfc", 400},
      {"binary", S("\0\1\2\3", 4) + repeat("\xff\xfe", 50'000), 400},
      {"leading spaces", "   " + g + kH + "\r\n", 400},
      {"two empty lines before", "\r\n\r\n" + g + kH + "\r\n", 400},
      {"text", "hello, is there anybody?\r\n\r\n", 400},
  };
}

/// Every byte in one packet, then every byte but the last held back: the verdict must not depend on
/// how bytes arrive.
// covers: F51 F52 F54 S87
TEST(Guard, JudgesEveryShape) {
  TestServer server;
  for (const char* method : {"GET", "POST"}) {
    web::Route route;
    route.methods = {method};
    route.path = "/ok";
    route.access = web::Access::anyone;
    route.max_body = 1024;
    route.handler = echo;
    server.mount(std::move(route));
  }
  const auto all = shapes();
  ASSERT_GE(all.size(), 100U);
  for (const auto& shape : all) {
    for (const bool split : {false, true}) {
      SCOPED_TRACE(std::string{shape.name} + (split ? ", split" : ""));
      Wire wire{server.port};
      if (split) wire.try_send(std::string_view{shape.bytes}.substr(0, shape.bytes.size() / 2));
      wire.try_send(split ? std::string_view{shape.bytes}.substr(shape.bytes.size() / 2)
                          : std::string_view{shape.bytes});
      const auto answer = wire.read();
      ASSERT_TRUE(answer);
      EXPECT_EQ(answer->status, shape.status) << answer->body;
      if (shape.status >= 400) {
        EXPECT_EQ(answer->header("content-type"), "application/problem+json");
      }
      if (shape.close) {
        EXPECT_EQ(answer->header("connection"), "close");
        EXPECT_TRUE(wire.at_end()) << "a second answer came after a refusal";
        continue;
      }
      wire.send(get("/ok", "Connection: close\r\n"));
      const auto next = wire.read();
      ASSERT_TRUE(next);
      EXPECT_EQ(next->status, 200U);
    }
  }
}

// covers: F54
TEST(Guard, TenMebibytesOfGarbageEndTheConnection) {
  TestServer server;
  Wire wire{server.port};
  const auto block = repeat("\xde\xad\xbe\xef", 16 * 1024);
  bool taken = true;
  for (int i = 0; i < 160 && taken; ++i) taken = wire.try_send(block);
  EXPECT_FALSE(taken) << "the server swallowed 10 MiB of garbage";
}

// covers: F67
TEST(Guard, TrailersCannotBecomeHeaders) {
  TestServer server;
  ASSERT_TRUE(server.auth.set_tokens({{"shop", digest_of("hst_x"), {"s"}, {}}}));
  server.mount("POST", "/private", echo, web::Access::service, "s");
  web::Headers seen;
  server.mount("POST", "/open", [&](const web::ExchangePtr& e) {
    seen = e->request().headers;
    echo(e);
  });
  const std::string tail =
      "Transfer-Encoding: chunked\r\nTrailer: Authorization\r\n\r\n1\r\nx\r\n0\r\nAuthorization: "
      "Bearer hst_x\r\nHost: b\r\n\r\n";
  const auto refused = server.ask("POST /private HTTP/1.1\r\nHost: a\r\n" + tail);
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->status, 401U);
  const auto open = server.ask("POST /open HTTP/1.1\r\nHost: a\r\n" + tail);
  ASSERT_TRUE(open);
  EXPECT_EQ(open->status, 200U);
  for (const auto& [name, value] : seen) EXPECT_NE(name, "authorization");
}

// covers: F67
TEST(Guard, ForwardingFieldsCountOnlyFromConfiguredProxies) {
  const std::string fields =
      "X-Forwarded-For: 203.0.113.9, 10.1.2.3\r\nX_Forwarded_For: 1.1.1.1\r\nX-Real-IP: "
      "2.2.2.2\r\n";
  const auto ask = [&](ServerOptions options) {
    TestServer server{std::move(options)};
    server.mount("GET", "/who", [](const web::ExchangePtr& e) {
      std::string text = e->request().peer;
      for (const auto& [name, value] : e->request().headers) text += " " + name;
      e->respond({.body = text}, {});
    });
    const auto answer = server.ask(get("/who", fields));
    return answer ? answer->body : std::string{};
  };
  EXPECT_EQ(ask(TestServer::fast_options()), "127.0.0.1 host");
  auto proxied = TestServer::fast_options();
  proxied.trusted_proxies = {"127.0.0.1", "10.0.0.0/8"};
  EXPECT_EQ(ask(proxied), "203.0.113.9 host x-forwarded-for x-real-ip");
}

}  // namespace
}  // namespace herald::http::test
