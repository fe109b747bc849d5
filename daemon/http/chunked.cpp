#include "http/chunked.hpp"

#include <algorithm>

namespace herald::http {
namespace {
constexpr std::size_t kMaxLine = 1024;
constexpr std::size_t kMaxTrailers = 8 * 1024;
constexpr std::size_t kMaxOverhead = 16 * 1024;

int hex(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}
}  // namespace

Chunked::State Chunked::refuse(unsigned status, std::string why) {
  refusal_ = {status, std::move(why)};
  return State::refused;
}

Chunked::State Chunked::size_line(std::string_view line, const std::string& body) {
  std::size_t digits = 0;
  left_ = 0;
  while (digits < line.size() && hex(line[digits]) >= 0) {
    if (digits == 15) return refuse(413, "A chunk is larger than any body here may be.");
    left_ = left_ * 16 + static_cast<uint64_t>(hex(line[digits++]));
  }
  if (digits == 0) return refuse(400, "A chunk does not begin with its size.");
  const auto rest = line.substr(digits);
  if (!rest.empty() && rest.front() != ';') return refuse(400, "A chunk's size is malformed.");
  for (const char c : rest)
    if (c != '\t' && (static_cast<unsigned char>(c) < 0x20 || c == 0x7f))
      return refuse(400, "A chunk's extension has a control byte.");
  overhead_ += rest.size();
  if (overhead_ > kMaxOverhead) return refuse(400, "The chunks' extensions are too long.");
  if (left_ > max_ || body.size() > max_ - left_)
    return refuse(413,
                  "The body is larger than the " + std::to_string(max_) + " bytes allowed here.");
  part_ = left_ == 0 ? Part::trailer : Part::data;
  return State::more;
}

Chunked::State Chunked::feed(std::string_view data, std::string& body, std::size_t& used) {
  used = 0;
  while (used < data.size()) {
    const auto rest = data.substr(used);
    if (part_ == Part::data) {
      const auto take = std::min<std::size_t>(rest.size(), left_);
      body.append(rest.substr(0, take));
      used += take;
      left_ -= take;
      if (left_ == 0) part_ = Part::data_end;
      continue;
    }
    if (part_ == Part::data_end) {
      if (rest.front() != '\r' || (rest.size() > 1 && rest[1] != '\n'))
        return refuse(400, "A chunk is longer than its size says.");
      if (rest.size() < 2) return State::more;
      used += 2;
      part_ = Part::size;
      continue;
    }
    const auto newline = rest.find('\n');
    if (newline == std::string_view::npos) {
      if (rest.size() > kMaxLine) return refuse(400, "A chunk's line is too long.");
      return State::more;
    }
    if (newline > kMaxLine) return refuse(400, "A chunk's line is too long.");
    if (newline == 0 || rest[newline - 1] != '\r')
      return refuse(400, "A chunk's line does not end with CR LF.");
    const auto line = rest.substr(0, newline - 1);
    used += newline + 1;
    if (part_ == Part::size) {
      if (size_line(line, body) == State::refused) return State::refused;
      continue;
    }
    if (line.empty()) return State::done;
    trailers_ += line.size();
    if (trailers_ > kMaxTrailers) return refuse(431, "The trailers are too long.");
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || !is_token(line.substr(0, colon)) ||
        !is_field_value(line.substr(colon + 1)))
      return refuse(400, "A trailer field is malformed.");
  }
  return State::more;
}

}  // namespace herald::http
