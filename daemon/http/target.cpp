#include "http/target.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace herald::http {
namespace {
int hex(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}
}  // namespace

std::optional<std::string> percent_decode(std::string_view text, bool plus) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      if (i + 2 >= text.size() || hex(text[i + 1]) < 0 || hex(text[i + 2]) < 0) return {};
      out += static_cast<char>(hex(text[i + 1]) * 16 + hex(text[i + 2]));
      i += 2;
    } else {
      out += plus && text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}

base::Result<std::vector<std::string>> split_path(std::string_view path) {
  std::vector<std::string> segments;
  if (path.empty() || path.front() != '/')
    return base::fail(base::Code::invalid, "The path does not begin with a slash.");
  path.remove_prefix(1);
  while (true) {
    const auto slash = path.find('/');
    auto segment = percent_decode(path.substr(0, slash));
    if (!segment)
      return base::fail(base::Code::invalid, "The path has a malformed percent-escape.");
    if (*segment == "." || *segment == "..")
      return base::fail(base::Code::invalid, "The path has a dot segment.");
    if (has_control(*segment) || !base::is_utf8(*segment))
      return base::fail(base::Code::invalid, "The path has a control byte or is not UTF-8.");
    if (segments.size() == kMaxSegments)
      return base::fail(base::Code::invalid, "The path has too many segments.");
    segments.push_back(std::move(*segment));
    if (slash == std::string_view::npos) return segments;
    path.remove_prefix(slash + 1);
  }
}

base::Result<std::vector<std::pair<std::string, std::string>>> parse_query(std::string_view query) {
  std::vector<std::pair<std::string, std::string>> out;
  for (const auto part : base::split(query, '&')) {
    if (part.empty()) continue;
    const auto equals = part.find('=');
    auto name = percent_decode(part.substr(0, equals), true);
    auto value = equals == std::string_view::npos ? std::string{}
                                                  : percent_decode(part.substr(equals + 1), true);
    if (!name || !value)
      return base::fail(base::Code::invalid, "The query has a malformed percent-escape.");
    for (const auto& text : {std::string_view{*name}, std::string_view{*value}})
      if (!base::is_utf8(text) || text.find('\0') != std::string_view::npos)
        return base::fail(base::Code::invalid, "The query is not UTF-8.");
    out.emplace_back(std::move(*name), std::move(*value));
  }
  return out;
}

}  // namespace herald::http
