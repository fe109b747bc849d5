#include "text/markdown.hpp"

#include <algorithm>

#include "text/emphasis.hpp"
#include "text/entities.hpp"
#include "text/text.hpp"

namespace whatsapp {
namespace {

constexpr std::string_view kEscapable = R"(!"#$%&'()*+,-./:;<=>?@[\]^_`{|}~)";
constexpr std::size_t kLongestLabel = 1'000, kLongestUrl = 2'000, kLongestTag = 1'000;
constexpr int kDeepest = 8;  // quotes and lists in each other

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

std::string inline_text(std::string_view s, bool bold);

/// One line, left to right; each step takes at least one byte.
class Inline {
 public:
  explicit Inline(std::string_view s) : s_{s} {}

  std::string run(bool bold) {
    while (at_ < s_.size()) step();
    return line_.finish(bold);
  }

 private:
  void step() {
    switch (s_[at_]) {
      case '\\':
        return escape();
      case '`':
        return code();
      case '<':
        return angle();
      case '&':
        return entity();
      case '!':
        if (s_.substr(at_, 2) == "![" && link(at_ + 1)) return;
        return literal(1);
      case '[':
        if (link(at_)) return;
        return literal(1);
      case '*':
      case '_':
      case '~':
        return delimiters();
      case 'h':
        if (url()) return;
        return literal(1);
      default:
        return literal(s_.find_first_of("\\`<&![*_~h", at_ + 1) - at_);
    }
  }
  void literal(std::size_t n) {
    n = std::min(n, s_.size() - at_);
    line_.text(s_.substr(at_, n));
    at_ += n;
  }
  void escape() {
    if (at_ + 1 == s_.size())
      ++at_;  // a hard line break
    else if (kEscapable.find(s_[at_ + 1]) != kEscapable.npos)
      ++at_, literal(1);
    else
      literal(1);
  }
  void code() {
    auto end = std::min(s_.find_first_not_of('`', at_), s_.size());
    const auto ticks = s_.substr(at_, end - at_);
    // Once no run of that length closes, none later on does: keeps the search linear.
    auto close = std::find(unclosed_.begin(), unclosed_.end(), ticks.size()) == unclosed_.end()
                     ? closing(ticks.size(), end)
                     : s_.npos;
    if (close == s_.npos) {
      unclosed_.push_back(ticks.size());
      return literal(ticks.size());
    }
    auto content = s_.substr(end, close - end);
    if (content.size() > 2 && content.front() == ' ' && content.back() == ' ')
      content = content.substr(1, content.size() - 2);
    const auto mark = content.find('`') == content.npos ? "`" : "```";
    line_.text(mark + std::string{content} + mark);
    at_ = close + ticks.size();
  }
  std::size_t closing(std::size_t ticks, std::size_t from) const {
    while ((from = s_.find('`', from)) != s_.npos) {
      const auto end = std::min(s_.find_first_not_of('`', from), s_.size());
      if (end - from == ticks) return from;
      from = end;
    }
    return s_.npos;
  }
  /// <https://...>, <a@b>, tags and comments; else the character itself.
  void angle() {
    const auto rest = s_.substr(at_, kLongestTag);
    const bool comment = rest.starts_with("<!--");
    const auto end = comment ? rest.find("-->") : rest.find('>');
    if (end == rest.npos) return literal(1);
    const auto inside = rest.substr(1, end - 1);
    if (comment) {
      at_ += end + 3;
    } else if (inside.find_first_of(" <") == inside.npos &&
               (inside.find("://") != inside.npos || inside.find('@') != inside.npos)) {
      line_.text(inside.starts_with("mailto:") ? inside.substr(7) : inside);
      at_ += end + 1;
    } else if (!inside.empty() && (is_letter(inside[0]) || inside[0] == '/')) {
      if (inside == "br" || inside == "br/" || inside == "br /") line_.text("\n");
      at_ += end + 1;
    } else {
      literal(1);
    }
  }
  void entity() {
    std::string decoded;
    const auto used = decode_entity(s_.substr(at_), decoded);
    if (used == 0) return literal(1);
    line_.text(decoded);
    at_ += used;
  }
  /// [text](url "title") at `open`; false when it is none.
  bool link(std::size_t open) {
    int depth = 0;
    std::size_t close = open;
    for (const auto end = std::min(s_.size(), open + kLongestLabel);; ++close) {
      if (close >= end) return false;
      if (s_[close] == '\\')
        ++close;
      else if (s_[close] == '[' && ++depth > kDeepest)
        return false;
      else if (s_[close] == ']' && --depth == 0)
        break;
    }
    if (s_.substr(close + 1, 1) != "(") return false;
    std::size_t i = close + 2;
    depth = 1;
    const bool angle = s_.substr(i, 1) == "<";
    const auto end = std::min(s_.size(), i + kLongestUrl);
    for (; i < end; ++i) {
      if (s_[i] == '(') ++depth;
      if (s_[i] == ')' && --depth == 0) break;
    }
    if (i >= end) return false;
    auto url = s_.substr(close + 2, i - close - 2);
    url = angle ? url.substr(1, std::min(url.find('>'), url.size()) - 1)
                : url.substr(0, url.find_first_of(" \t"));
    auto label = inline_text(s_.substr(open + 1, close - open - 1), false);
    const bool bare = label == url || (url.starts_with("mailto:") && label == url.substr(7));
    if (label.empty())
      label = url;
    else if (!bare && !url.empty())
      label.append(" (").append(url).append(")");
    line_.text(label);
    at_ = i + 1;
    return true;
  }
  void delimiters() {
    const auto end = std::min(s_.find_first_not_of(s_[at_], at_), s_.size());
    line_.run(s_[at_], end - at_, code_before(s_, at_).value, code_at(s_, end).value);
    at_ = end;
  }
  /// A bare address keeps its underscores and asterisks.
  bool url() {
    const auto rest = s_.substr(at_);
    if (!rest.starts_with("http://") && !rest.starts_with("https://")) return false;
    auto end = std::min(rest.find_first_of(" \t<>\"*`)]"), rest.size());
    while (end > 0 && (rest[end - 1] == '_' || rest[end - 1] == '~')) --end;
    literal(end);
    return true;
  }

  std::string_view s_;
  std::size_t at_ = 0;
  std::vector<std::size_t> unclosed_;
  Line line_;
};

std::string inline_text(std::string_view s, bool bold) { return Inline{s}.run(bold); }

std::string_view trimmed(std::string_view s) {
  while (!s.empty() && (s.front() == ' ' || s.front() == '\t')) s.remove_prefix(1);
  while (!s.empty() && (s.back() == ' ' || s.back() == '\t')) s.remove_suffix(1);
  return s;
}

/// The text of "## Title ##"; false when it is no heading.
bool heading(std::string_view s, std::string_view& title) {
  const auto level = std::min(s.find_first_not_of('#'), s.size());
  if (level == 0 || level > 6 || (level < s.size() && s[level] != ' ' && s[level] != '\t'))
    return false;
  title = trimmed(s.substr(level));
  const auto end = title.find_last_not_of('#');
  if (end == title.npos)
    title = {};
  else if (end + 1 < title.size() && title[end] == ' ')
    title = trimmed(title.substr(0, end));
  return true;
}

bool is_rule(std::string_view s) {
  const char mark = s.empty() ? '\0' : s[0];
  if (mark != '-' && mark != '*' && mark != '_') return false;
  return std::count(s.begin(), s.end(), mark) >= 3 &&
         std::all_of(s.begin(), s.end(), [&](char c) { return c == mark || c == ' '; });
}

/// Bytes of a list marker with its space ("- ", "12. "), 0 when there is none.
std::size_t list_marker(std::string_view s) {
  if (s.size() > 1 && (s[0] == '-' || s[0] == '*' || s[0] == '+') && s[1] == ' ') return 2;
  const auto digits = std::min(s.find_first_not_of("0123456789"), s.size());
  if (digits == 0 || digits > 9 || digits + 1 >= s.size()) return 0;
  return (s[digits] == '.' || s[digits] == ')') && s[digits + 1] == ' ' ? digits + 2 : 0;
}

std::string line_text(std::string_view s, int depth) {
  const auto indent = std::min(s.find_first_not_of(" \t"), s.size());
  const auto lead = std::string{s.substr(0, indent)};
  const auto rest = s.substr(indent);
  std::string_view title;
  if (rest.empty()) return lead;
  if (heading(rest, title)) return inline_text(title, true);
  if (is_rule(rest)) return "---";
  if (depth < kDeepest) {
    if (rest[0] == '>') {
      const auto quoted = rest.substr(rest.substr(1, 1) == " " ? 2 : 1);
      return "> " + line_text(quoted, depth + 1);
    }
    if (const auto n = list_marker(rest); n != 0) {
      const auto marker = n == 2 ? std::string{"- "} : std::string{rest.substr(0, n - 2)} + ". ";
      return lead + marker + line_text(trimmed(rest.substr(n)), depth + 1);
    }
  }
  return lead + inline_text(rest, false);
}

/// Length of the run that opens a fenced block, 0 when the line is none.
std::size_t fence(std::string_view s) {
  const auto indent = std::min(s.find_first_not_of(' '), s.size());
  const auto rest = s.substr(indent);
  if (indent > 3 || rest.empty() || (rest[0] != '`' && rest[0] != '~')) return 0;
  const auto n = std::min(rest.find_first_not_of(rest[0]), rest.size());
  if (n < 3 || (rest[0] == '`' && rest.find('`', n) != rest.npos)) return 0;
  return n;
}

/// Three backticks inside a block would end it.
std::string without_fences(std::string s) {
  for (auto at = s.find("```"); at != s.npos; at = s.find("```", at)) s.replace(at, 3, "'''");
  return s;
}

}  // namespace

std::string to_whatsapp(std::string_view markdown) {
  std::string out;
  out.reserve(markdown.size() + 16);
  std::size_t open = 0;  // length of the fence we are in
  char mark = 0;
  for (std::size_t at = 0; at <= markdown.size();) {
    const auto end = std::min(markdown.find('\n', at), markdown.size());
    auto line = markdown.substr(at, end - at);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    const auto run = fence(line);
    const auto inner = trimmed(line);
    if (open == 0 && run != 0) {
      open = run;
      mark = inner[0];
      out += "```";
    } else if (open != 0 && run >= open && inner[0] == mark && inner.size() == run) {
      open = 0;
      out += "```";
    } else {
      out += open != 0 ? without_fences(std::string{line}) : line_text(line, 0);
    }
    if (end == markdown.size()) break;
    out += '\n';
    at = end + 1;
  }
  if (open != 0) out += out.ends_with('\n') ? "```" : "\n```";
  return out;
}

}  // namespace whatsapp
