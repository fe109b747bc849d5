#include <gtest/gtest.h>

#include "http/websocket.hpp"

namespace herald::http {
namespace {

using Kind = Frames::Kind;

/// A frame as a client sends it. `first`: FIN, RSV and opcode; `bits`: how the length is written.
std::string frame(unsigned first, std::string_view payload, int bits = 0, bool masked = true) {
  std::string out;
  out += static_cast<char>(first);
  const auto n = payload.size();
  if (bits == 0) bits = n < 126 ? 7 : n < 65'536 ? 16 : 64;
  const auto length = bits == 7 ? n : bits == 16 ? 126U : 127U;
  out += static_cast<char>((masked ? 0x80U : 0U) | length);
  for (int i = bits == 7 ? -1 : bits / 8 - 1; i >= 0; --i)
    out += static_cast<char>((n >> (8 * i)) & 0xff);
  const std::string_view mask{"\x37\xfa\x21\x3d", 4};
  if (masked) out += mask;
  for (std::size_t i = 0; i < n; ++i)
    out += masked ? static_cast<char>(payload[i] ^ mask[i % 4]) : payload[i];
  return out;
}

/// All messages of these bytes, given in pieces of `step`; the last is `none` or `failed`.
std::vector<Frames::Message> read(std::string_view bytes, std::size_t step = SIZE_MAX,
                                  std::size_t most = 64 * 1024) {
  Frames frames{most};
  std::vector<Frames::Message> out;
  std::string pending;
  while (!bytes.empty()) {
    const auto take = std::min(step, bytes.size());
    pending += bytes.substr(0, take);
    bytes.remove_prefix(take);
    while (true) {
      std::size_t used = 0;
      auto message = frames.feed(pending, used);
      pending.erase(0, used);
      if (message.kind == Kind::none) break;
      out.push_back(std::move(message));
      if (out.back().kind == Kind::failed) return out;
    }
  }
  return out;
}

unsigned failure(std::string_view bytes, std::size_t most = 64 * 1024) {
  for (const std::size_t step : {SIZE_MAX, std::size_t{1}}) {
    const auto got = read(bytes, step, most);
    if (got.empty() || got.back().kind != Kind::failed) return 0;
    if (step == 1) return got.back().code;
  }
  return 0;
}

// covers: F56
TEST(Frames, TextsOfEveryLengthInPiecesOfEverySize) {
  for (const std::size_t n : {0, 1, 125, 126, 127, 128, 65'535, 65'536})
    for (const std::size_t step : {std::size_t{1}, std::size_t{7}, std::size_t{4096}, SIZE_MAX}) {
      const std::string text(n, 'x');
      const auto got = read(frame(0x81, text) + frame(0x81, "end"), step);
      ASSERT_EQ(got.size(), 2U) << n;
      EXPECT_EQ(got[0].kind, Kind::text);
      EXPECT_EQ(got[0].data, text);
      EXPECT_EQ(got[1].data, "end");
    }
}

// covers: F56
TEST(Frames, FragmentsAreOneMessageAndControlFramesComeBetween) {
  const auto bytes = frame(0x01, "a") + frame(0x89, "p1") + frame(0x00, "") + frame(0x8a, "") +
                     frame(0x00, "b") + frame(0x80, "c") + frame(0x89, "");
  for (const std::size_t step : {std::size_t{1}, std::size_t{3}, SIZE_MAX}) {
    const auto got = read(bytes, step);
    ASSERT_EQ(got.size(), 4U);
    EXPECT_EQ(got[0].kind, Kind::ping);
    EXPECT_EQ(got[0].data, "p1");
    EXPECT_EQ(got[1].kind, Kind::pong);
    EXPECT_EQ(got[2].kind, Kind::text);
    EXPECT_EQ(got[2].data, "abc");
    EXPECT_EQ(got[3].kind, Kind::ping);
  }
}

// covers: F56
TEST(Frames, WhatTheProtocolForbidsFails) {
  for (unsigned rsv = 0x10; rsv <= 0x70; rsv += 0x10)
    for (const unsigned opcode : {0x1U, 0x0U, 0x8U, 0x9U, 0xaU})
      EXPECT_EQ(failure(frame(0x80 | rsv | opcode, "x")), 1002U) << rsv << opcode;
  for (const unsigned opcode : {3U, 4U, 5U, 6U, 7U, 0xbU, 0xcU, 0xdU, 0xeU, 0xfU}) {
    EXPECT_EQ(failure(frame(0x80 | opcode, "")), 1002U) << opcode;
    EXPECT_EQ(failure(frame(0x01, "a") + frame(0x80 | opcode, "")), 1002U) << opcode;
  }
  for (const unsigned first : {0x81U, 0x89U, 0x88U})
    EXPECT_EQ(failure(frame(first, "", 0, false)), 1002U) << "unmasked";
  for (const unsigned first : {0x89U, 0x8aU, 0x88U}) {
    EXPECT_EQ(failure(frame(first, std::string(126, 'x'))), 1002U) << "large";
    EXPECT_EQ(failure(frame(first & 0x0f, "x")), 1002U) << "in fragments";
  }
  EXPECT_EQ(failure(frame(0x80, "x")), 1002U) << "nothing to continue";
  EXPECT_EQ(failure(frame(0x00, "x")), 1002U);
  EXPECT_EQ(failure(frame(0x01, "a") + frame(0x81, "b")), 1002U) << "the first is not finished";
  EXPECT_EQ(failure(frame(0x01, "a") + frame(0x80, "b") + frame(0x80, "c")), 1002U);
  EXPECT_EQ(failure(frame(0x81, "x", 16)), 1002U) << "a length that is not in its shortest form";
  EXPECT_EQ(failure(frame(0x81, std::string(200, 'x'), 64)), 1002U);
  EXPECT_EQ(failure("\x81\xff\xff\xff\xff\xff\xff\xff\xff\xff"
                    "mask"),
            1002U);
  EXPECT_EQ(failure(frame(0x82, "x")), 1003U) << "binary";
}

// covers: F56
TEST(Frames, TextIsUtf8) {
  for (const auto* good : {"é", "\xf0\x9f\x94\xa7", "\xef\xbf\xbd", "\xf4\x8f\xbf\xbf"}) {
    const auto half = frame(0x01, std::string_view{good}.substr(0, 1)) +
                      frame(0x80, std::string_view{good}.substr(1));
    EXPECT_EQ(read(half).back().data, good) << "split inside a character";
  }
  for (const auto* bad : {"\xc3", "\x80", "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80",
                          "\xf8\x88\x80\x80\x80", "\xe2\x82", "\xff", "a\xfe", "\xf0\x80\x80\xaf"})
    EXPECT_EQ(failure(frame(0x81, bad)), 1007U);
}

// covers: F56
TEST(Frames, AMessageIsBounded) {
  EXPECT_EQ(failure(frame(0x81, std::string(1'001, 'x')), 1'000), 1009U);
  EXPECT_EQ(read(frame(0x81, std::string(1'000, 'x')), SIZE_MAX, 1'000).size(), 1U);
  std::string many = frame(0x01, std::string(900, 'x'));
  EXPECT_EQ(failure(many + frame(0x80, std::string(101, 'x')), 1'000), 1009U);
  const std::string huge{
      "\x81\xff\x7f\xff\xff\xff\xff\xff\xff\xff"
      "mask",
      14};
  EXPECT_EQ(failure(huge), 1009U) << "before any of it came";
}

std::string code(unsigned c, std::string_view reason = {}) { return close_payload(c, reason); }

// covers: F56
TEST(Frames, CloseFramesHaveACodeOrNone) {
  EXPECT_EQ(read(frame(0x88, "")).back().code, 1000U);
  for (const unsigned good : {1000U, 1001U, 1002U, 1003U, 1007U, 1008U, 1009U, 1010U, 1011U, 1012U,
                              1013U, 1014U, 3000U, 3999U, 4000U, 4999U}) {
    const auto got = read(frame(0x88, code(good, "fin")));
    EXPECT_EQ(got.back().kind, Kind::close) << good;
    EXPECT_EQ(got.back().code, good);
  }
  for (const unsigned bad :
       {0U, 1U, 999U, 1004U, 1005U, 1006U, 1015U, 1016U, 1100U, 2000U, 2999U, 5000U, 65'535U})
    EXPECT_EQ(failure(frame(0x88, code(bad))), 1002U) << bad;
  EXPECT_EQ(failure(frame(0x88, "x")), 1002U);
  EXPECT_EQ(failure(frame(0x88, code(1000, "\xff"))), 1007U);
  EXPECT_LE(close_payload(1000, std::string(500, 'x')).size(), 125U);
}

TEST(Frames, OursAreUnmaskedWithTheShortestLength) {
  std::string out;
  append_frame(out, Opcode::text, "hi");
  EXPECT_EQ(out, "\x81\x02hi");
  for (const auto& [n, head] : {std::pair<std::size_t, std::string>{125, "\x81\x7d"},
                                {126, std::string{"\x81\x7e\x00\x7e", 4}},
                                {65'536, std::string{"\x81\x7f\0\0\0\0\0\1\0\0", 10}}}) {
    out.clear();
    append_frame(out, Opcode::text, std::string(n, 'x'));
    EXPECT_EQ(out.substr(0, head.size()), head);
    EXPECT_EQ(out.size(), head.size() + n);
  }
}

model::web::Request handshake() {
  model::web::Request r;
  r.headers = {{"upgrade", "websocket"},
               {"connection", "keep-alive, Upgrade"},
               {"sec-websocket-version", "13"},
               {"sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="}};
  return r;
}

TEST(Handshake, AcceptsTheExampleOfTheRfc) {
  EXPECT_FALSE(examine_handshake(handshake(), false));
  EXPECT_EQ(accept_of(handshake()), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

TEST(Handshake, RefusesEverythingElse) {
  EXPECT_TRUE(examine_handshake(handshake(), true)) << "HTTP/1.0";
  for (std::size_t i = 0; i < 4; ++i) {
    auto r = handshake();
    r.headers.erase(r.headers.begin() + static_cast<std::ptrdiff_t>(i));
    EXPECT_TRUE(examine_handshake(r, false)) << "without " << handshake().headers[i].first;
    r = handshake();
    r.headers[i].second = "x";
    EXPECT_TRUE(examine_handshake(r, false)) << handshake().headers[i].first;
  }
  for (const auto* key : {"", "dGhlIHNhbXBsZSBub25jZQ=", "dGhlIHNhbXBsZSBub25jZR==",
                          "dGhlIHNhbXBsZSBub25jZQ==x", "dGhlIHNhbXBsZSBub25jZSE="}) {
    auto r = handshake();
    r.headers[3].second = key;
    EXPECT_TRUE(examine_handshake(r, false)) << key;
  }
  auto twice = handshake();
  twice.headers.push_back(twice.headers[3]);
  EXPECT_TRUE(examine_handshake(twice, false));
}

}  // namespace
}  // namespace herald::http
