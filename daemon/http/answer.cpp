#include "http/answer.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>

#include "http/head.hpp"
#include "http/problem.hpp"

namespace herald::http {
namespace {

bool is_clean(std::string_view value) {
  return std::all_of(value.begin(), value.end(), [](char c) {
    const auto u = static_cast<unsigned char>(c);
    return u == '\t' || (u >= 0x20 && u != 0x7f);
  });
}

bool belongs_to_connection(std::string_view name) {
  static constexpr std::array<std::string_view, 9> kOurs{
      "connection", "content-length", "content-type", "transfer-encoding", "keep-alive", "trailer",
      "upgrade",    "date",           "server"};
  return std::any_of(kOurs.begin(), kOurs.end(),
                     [&](auto ours) { return equal_ignoring_case(name, ours); });
}

/// The date text of this second; formatting it once per second and thread instead of per answer.
/// Plain bytes: for a destructor at the thread's end glibc wants memory, and aborts without.
std::string_view date_of(base::TimePoint now) {
  thread_local int64_t second = -1;
  thread_local std::array<char, 32> text{};
  thread_local std::size_t size = 0;
  const auto s = base::unix_us(now) / 1'000'000;
  if (s != second) {
    const auto made = http_date(now);
    size = made.copy(text.data(), text.size());
    second = s;
  }
  return {text.data(), size};
}

void field(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ").append(value).append("\r\n");
}

}  // namespace

bool may_have_body(unsigned status) noexcept {
  return status >= 200 && status != 204 && status != 304;
}

std::string http_date(base::TimePoint t) {
  static constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                            "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto seconds = static_cast<std::time_t>(base::unix_us(t) / 1'000'000);
  std::tm tm{};
  gmtime_r(&seconds, &tm);
  std::array<char, 64> text{};
  const auto n = std::snprintf(text.data(), text.size(), "%s, %02d %s %04d %02d:%02d:%02d GMT",
                               kDays[tm.tm_wday], tm.tm_mday, kMonths[tm.tm_mon], tm.tm_year + 1900,
                               tm.tm_hour, tm.tm_min, tm.tm_sec);
  return {text.data(), static_cast<std::size_t>(n)};
}

void write_head(std::string& out, const model::web::Response& response, const AnswerFrame& frame,
                base::TimePoint now) {
  const auto status = response.status >= 200 && response.status <= 599 ? response.status : 500U;
  out.reserve(out.size() + 320);
  out.append("HTTP/1.1 ")
      .append(std::to_string(status))
      .append(" ")
      .append(phrase_of(status))
      .append("\r\n");
  if (!frame.server.empty()) field(out, "Server", frame.server);
  field(out, "Date", date_of(now));
  if (may_have_body(status) && !response.content_type.empty() && is_clean(response.content_type))
    field(out, "Content-Type", response.content_type);
  if (frame.chunked)
    field(out, "Transfer-Encoding", "chunked");
  else if (may_have_body(status) && !frame.until_close)
    field(out, "Content-Length", std::to_string(response.body.size()));
  if (frame.close)
    field(out, "Connection", "close");
  else if (frame.keep_alive_zero)
    field(out, "Connection", "keep-alive");
  bool cached = false, varies = false;
  for (const auto& [name, value] : response.headers) {
    if (!is_token(name) || !is_clean(value) || belongs_to_connection(name)) continue;
    if (!frame.cors_origin.empty() && equal_ignoring_case(name, "access-control-allow-origin"))
      continue;
    cached = cached || equal_ignoring_case(name, "cache-control");
    varies = varies || equal_ignoring_case(name, "vary");
    field(out, name, value);
  }
  if (!cached) field(out, "Cache-Control", "no-store");
  field(out, "X-Content-Type-Options", "nosniff");
  if (!frame.cors_origin.empty()) {
    field(out, "Access-Control-Allow-Origin", frame.cors_origin);
    field(out, "Access-Control-Allow-Credentials", "true");
    if (!varies) field(out, "Vary", "Origin");
  }
  out.append("\r\n");
}

}  // namespace herald::http
