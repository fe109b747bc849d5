#include "config/diagnostics.hpp"

#include <algorithm>
#include <tuple>

#include "base/text.hpp"

namespace herald::config {
namespace {

constexpr std::size_t kShown = 120;  // characters of a long line that are shown around the caret

std::string_view line_of(std::string_view text, unsigned line) {
  for (unsigned i = 1; i < line; ++i) {
    const auto end = text.find('\n');
    if (end == std::string_view::npos) return {};
    text.remove_prefix(end + 1);
  }
  text = text.substr(0, text.find('\n'));
  if (text.ends_with('\r')) text.remove_suffix(1);
  return text;
}

bool continues(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

// The byte offset of the character number `n`, counted from 0.
std::size_t offset_of(std::string_view line, std::size_t n) {
  std::size_t at = 0;
  while (at < line.size() && n > 0) {
    ++at;
    while (at < line.size() && continues(line[at])) ++at;
    --n;
  }
  return at;
}

}  // namespace

std::string to_string(const Mark& mark) {
  if (mark.line == 0) return mark.file;
  return mark.file + ':' + std::to_string(mark.line) + ':' + std::to_string(mark.column);
}

void Diagnostics::add(Severity severity, Mark mark, std::string message) {
  if (severity == Severity::error) ++errors_;
  if (all_.size() >= kMost) {
    ++dropped_;
    return;
  }
  all_.push_back({severity, std::move(mark), base::escape_control(message)});
}

void Diagnostics::error(Mark mark, std::string message) {
  add(Severity::error, std::move(mark), std::move(message));
}

void Diagnostics::warning(Mark mark, std::string message) {
  add(Severity::warning, std::move(mark), std::move(message));
}

void Diagnostics::add_source(const std::string& file, std::string text) {
  sources_[file] = std::move(text);
}

void Diagnostics::hide(const Mark& mark) {
  auto& from = hidden_[{mark.file, mark.line}];
  if (from == 0 || mark.column < from) from = mark.column;
}

std::string Diagnostics::excerpt(const Mark& mark, bool colour) const {
  const auto source = sources_.find(mark.file);
  if (mark.line == 0 || source == sources_.end()) return {};
  std::string line{line_of(source->second, mark.line)};
  if (const auto hidden = hidden_.find({mark.file, mark.line}); hidden != hidden_.end()) {
    const auto keep = offset_of(line, hidden->second - 1);
    if (keep < line.size()) line = line.substr(0, keep) + "•••";
  }
  std::size_t column = mark.column == 0 ? 0 : mark.column - 1;
  if (base::code_points(line) > kShown) {
    const auto skip = column > kShown / 2 ? column - kShown / 2 : 0;
    line = line.substr(offset_of(line, skip));
    line = line.substr(0, offset_of(line, kShown));
    column -= skip;
  }
  // Escaping only what stands before the caret tells how wide that became.
  const auto at = offset_of(line, column);
  const auto before = base::escape_control(std::string_view{line}.substr(0, at));
  const auto number = std::to_string(mark.line);
  std::string out = "  " + number + " | " + before + base::escape_control(line.substr(at)) + '\n';
  out += std::string(number.size() + 2, ' ') + " | " + std::string(base::code_points(before), ' ');
  return out + (colour ? "\033[1;32m^\033[0m\n" : "^\n");
}

std::string Diagnostics::render(bool colour) const {
  auto sorted = all_;
  std::stable_sort(sorted.begin(), sorted.end(), [](const Diagnostic& a, const Diagnostic& b) {
    return std::tie(a.mark.file, a.mark.line, a.mark.column) <
           std::tie(b.mark.file, b.mark.line, b.mark.column);
  });
  std::string out;
  for (const auto& d : sorted) {
    const bool error = d.severity == Severity::error;
    if (colour) out += "\033[1m";
    out += to_string(d.mark);
    if (!d.mark.file.empty()) out += ": ";
    if (colour) out += error ? "\033[31m" : "\033[35m";
    out += error ? "error: " : "warning: ";
    if (colour) out += "\033[0m";
    out += d.message + '\n' + excerpt(d.mark, colour);
  }
  if (dropped_ > 0) out += "... and " + std::to_string(dropped_) + " more\n";
  return out;
}

std::string Diagnostics::first() const {
  for (const auto& d : all_)
    if (d.severity == Severity::error)
      return to_string(d.mark) + (d.mark.file.empty() ? "" : ": ") + d.message;
  return {};
}

}  // namespace herald::config
