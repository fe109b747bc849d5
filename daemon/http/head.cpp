#include "http/head.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "base/text.hpp"

namespace herald::http {
namespace {

constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

constexpr auto kTokenChars = [] {
  std::array<bool, 256> table{};
  for (int c = '0'; c <= '9'; ++c) table[static_cast<std::size_t>(c)] = true;
  for (int c = 'a'; c <= 'z'; ++c) table[static_cast<std::size_t>(c)] = true;
  for (int c = 'A'; c <= 'Z'; ++c) table[static_cast<std::size_t>(c)] = true;
  for (const char c : {'!', '#', '$', '%', '&', '\'', '*', '+', '-', '.', '^', '_', '`', '|', '~'})
    table[static_cast<unsigned char>(c)] = true;
  return table;
}();

bool is_token_char(char c) { return kTokenChars[static_cast<unsigned char>(c)]; }

std::string_view trim_ows(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

bool is_host(std::string_view host) {
  return !host.empty() && std::all_of(host.begin(), host.end(), [](char c) {
    return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'z') ||
           std::string_view{".:_-[]%"}.find(c) != std::string_view::npos;
  });
}

/// True when a comma-separated field has this element, whatever its case.
bool has_element(std::string_view list, std::string_view wanted) {
  for (const auto part : base::split(list, ','))
    if (equal_ignoring_case(trim_ows(part), wanted)) return true;
  return false;
}

using Maybe = std::optional<Refusal>;
Refusal bad(std::string why) { return {400, std::move(why)}; }

Maybe read_request_line(std::string_view line, Head& head, std::string_view& version) {
  const auto first = line.find(' ');
  const auto last = line.rfind(' ');
  if (first == std::string_view::npos || first == last)
    return bad(
        "The request line must be: method, target and version, each separated by one space.");
  head.method = line.substr(0, first);
  head.target = line.substr(first + 1, last - first - 1);
  version = line.substr(last + 1);
  if (!is_token(head.method)) return bad("The method is not a token.");
  if (head.target.empty()) return bad("The request target is empty.");
  return {};
}

Maybe read_fields(std::string_view rest, const HeadLimits& limits, Head& head) {
  while (!rest.empty()) {
    const auto end = rest.find("\r\n");
    const auto line = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 2);
    if (line.empty()) break;
    if (head.fields.size() == limits.fields)
      return Refusal{431,
                     "There are more than " + std::to_string(limits.fields) + " header fields."};
    if (line.front() == ' ' || line.front() == '\t')
      return bad("A header field is folded over two lines; send it in one.");
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || !is_token(line.substr(0, colon)))
      return bad("A header field's name is malformed.");
    const auto value = trim_ows(line.substr(colon + 1));
    if (!is_field_value(value)) return bad("A header field's value has a control byte.");
    head.fields.emplace_back(line.substr(0, colon), value);
  }
  return {};
}

Maybe check_version(std::string_view version, Head& head) {
  if (version == "HTTP/1.1") return {};
  if (version == "HTTP/1.0") return head.minor_zero = true, Maybe{};
  if (version.size() == 8 && version.starts_with("HTTP/") && is_digit(version[5]) &&
      version[6] == '.' && is_digit(version[7]))
    return Refusal{505, "Only HTTP/1.0 and HTTP/1.1 are spoken here."};
  return bad("The request line does not end with an HTTP version.");
}

Maybe check_host(Head& head) {
  const auto hosts = head.count("host");
  if (hosts > 1) return bad("There is more than one Host field.");
  if (hosts == 0) return head.minor_zero ? Maybe{} : bad("HTTP/1.1 needs a Host field.");
  head.host = *head.only("host");
  if (head.host.empty() && head.minor_zero) return {};
  if (!is_host(head.host))
    return bad("The Host field is empty or has characters that no host has.");
  return {};
}

Maybe check_framing(const HeadLimits& limits, Head& head) {
  const auto codings = head.count("transfer-encoding");
  const auto lengths = head.count("content-length");
  if (codings > 0) {
    if (codings > 1) return bad("There is more than one Transfer-Encoding field.");
    if (head.minor_zero) return bad("HTTP/1.0 has no Transfer-Encoding.");
    if (lengths > 0) return bad("Transfer-Encoding and Content-Length exclude each other.");
    const auto coding = *head.only("transfer-encoding");
    if (coding.empty()) return bad("The Transfer-Encoding field is empty.");
    if (!equal_ignoring_case(coding, "chunked")) {
      for (const auto part : base::split(coding, ','))
        if (!equal_ignoring_case(trim_ows(part), "chunked"))
          return Refusal{501, "The only transfer coding understood here is chunked."};
      return bad("chunked may be given once.");
    }
    head.framing = Framing::chunked;
    return {};
  }
  if (lengths == 0) return {};
  if (lengths > 1) return bad("There is more than one Content-Length field.");
  const auto digits = *head.only("content-length");
  if (digits.empty() || !std::all_of(digits.begin(), digits.end(), is_digit))
    return bad("Content-Length is not a number.");
  for (const char c : digits) {
    head.content_length = head.content_length * 10 + static_cast<uint64_t>(c - '0');
    if (head.content_length > limits.body)
      return Refusal{413, "The body is larger than any request here may be."};
  }
  head.framing = head.content_length > 0 ? Framing::length : Framing::none;
  return {};
}

Maybe check_target(const HeadLimits& limits, Head& head) {
  const auto target = head.target;
  if (target.size() > limits.target)
    return Refusal{414, "The request target is longer than 4 KiB."};
  for (const char c : target)
    if (c < 0x21 || c > 0x7e || c == '#')
      return bad("The request target has a byte that must be percent-encoded.");
  if (target.front() == '/') return head.path_query = target, Maybe{};
  if (target == "*") {
    if (head.method != "OPTIONS") return bad("The target * is for OPTIONS only.");
    return head.path_query = target, Maybe{};
  }
  if (head.method == "CONNECT") return {};  // refused by its method next
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (target.size() <= scheme.size() ||
        !equal_ignoring_case(target.substr(0, scheme.size()), scheme))
      continue;
    const auto rest = target.substr(scheme.size());
    const auto slash = rest.find_first_of("/?");
    const auto authority = rest.substr(0, slash);
    if (!equal_ignoring_case(authority, head.host))
      return bad("The target's authority is not the Host field's.");
    head.path_query = slash == std::string_view::npos ? "/" : rest.substr(slash);
    if (head.path_query.front() == '?') return bad("The request target has no path.");
    return {};
  }
  return bad("The request target must begin with a slash.");
}

Maybe check_method(const Head& head) {
  for (const std::string_view known : {"GET", "POST", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"})
    if (head.method == known) return {};
  if (head.method == "CONNECT" || head.method == "TRACE")
    return Refusal{405, "CONNECT and TRACE are not offered here."};
  return Refusal{501, "This method is not known here."};
}

}  // namespace

bool is_token(std::string_view text) noexcept {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_token_char);
}

bool is_field_value(std::string_view text) noexcept {
  return std::all_of(text.begin(), text.end(), [](char c) {
    const auto u = static_cast<unsigned char>(c);
    return u == '\t' || (u >= 0x20 && u != 0x7f);
  });
}

bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(),
                                            [](char x, char y) { return lower(x) == lower(y); });
}

std::string to_lower(std::string_view text) {
  std::string out{text};
  std::transform(out.begin(), out.end(), out.begin(), lower);
  return out;
}

std::optional<std::string_view> Head::only(std::string_view lower_name) const {
  std::optional<std::string_view> found;
  for (const auto& [name, value] : fields) {
    if (!equal_ignoring_case(name, lower_name)) continue;
    if (found) return {};
    found = value;
  }
  return found;
}

std::size_t Head::count(std::string_view lower_name) const {
  return static_cast<std::size_t>(std::count_if(fields.begin(), fields.end(), [&](const auto& f) {
    return equal_ignoring_case(f.first, lower_name);
  }));
}

HeadScan::Found HeadScan::refuse(unsigned status, std::string why) {
  refusal_ = {status, std::move(why)};
  return Found::refused;
}

HeadScan::Found HeadScan::feed(std::string_view data, const HeadLimits& limits) {
  if (lines_ == 0 && begin_ == 0 && data.starts_with("\r\n")) begin_ = at_ = line_ = 2;
  if (lines_ == 0 && data.size() > begin_ && !is_token_char(data[begin_]) &&
      !(begin_ == 0 && data == "\r"))
    return refuse(400, "This is not an HTTP request.");
  while (at_ < data.size()) {
    const auto* newline =
        static_cast<const char*>(std::memchr(data.data() + at_, '\n', data.size() - at_));
    if (newline == nullptr) {
      at_ = data.size();
      break;
    }
    const auto stop = static_cast<std::size_t>(newline - data.data());
    if (stop == line_ || data[stop - 1] != '\r')
      return refuse(400, "A line does not end with CR LF.");
    const auto length = stop - 1 - line_;
    if (lines_ == 0 && length > limits.request_line)
      return refuse(414, "The request line is longer than 8 KiB.");
    if (stop + 1 - begin_ > limits.bytes)
      return refuse(431, "The request's header is longer than 16 KiB.");
    at_ = line_ = stop + 1;
    ++lines_;
    if (length == 0) {
      end_ = at_;
      return Found::head;
    }
  }
  if (lines_ == 0 && data.size() - begin_ > limits.request_line + 1)
    return refuse(414, "The request line is longer than 8 KiB.");
  if (data.size() - begin_ > limits.bytes)
    return refuse(431, "The request's header is longer than 16 KiB.");
  return Found::more;
}

std::optional<Refusal> examine_head(std::string_view bytes, const HeadLimits& limits, Head& into) {
  auto fields = std::move(into.fields);
  fields.clear();
  into = Head{};
  into.fields = std::move(fields);

  std::string_view version;
  const auto line_end = bytes.find("\r\n");
  if (line_end == std::string_view::npos) return bad("The request line does not end.");
  if (auto r = read_request_line(bytes.substr(0, line_end), into, version)) return r;
  if (auto r = check_version(version, into)) return r;
  if (auto r = read_fields(bytes.substr(line_end + 2), limits, into)) return r;
  if (auto r = check_host(into)) return r;
  if (auto r = check_framing(limits, into)) return r;
  if (auto r = check_target(limits, into)) return r;
  if (auto r = check_method(into)) return r;

  if (into.count("expect") > 0) {
    const auto expect = into.only("expect");
    if (!expect || !equal_ignoring_case(*expect, "100-continue"))
      return Refusal{417, "The only expectation understood here is 100-continue."};
    into.expect_continue = !into.minor_zero && into.framing != Framing::none;
  }
  bool close = false, keep = false;
  for (const auto& [name, value] : into.fields) {
    if (!equal_ignoring_case(name, "connection")) continue;
    close = close || has_element(value, "close");
    keep = keep || has_element(value, "keep-alive");
  }
  into.keep_alive = !close && (!into.minor_zero || keep);
  return {};
}

}  // namespace herald::http
