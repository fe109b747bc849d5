#include "scan.hpp"

#include <algorithm>

#include "kinds.hpp"

namespace catalog {
namespace {

class Scanner {
 public:
  Scanner(const std::string& file, const std::string& text) : file_{file}, text_{text} {}

  std::vector<Piece> run() {
    while (at_ < text_.size()) {
      const auto open = text_.find("{{", at_);
      if (open == std::string::npos) {
        literal(text_.size());
        break;
      }
      literal(open);
      tag();
    }
    if (!open_.empty())
      mistake(open_.back().at, "`{{#" + open_.back().text + "}}` is never closed; add `{{/" +
                                   open_.back().text + "}}`");
    return std::move(out_);
  }

 private:
  Place place(std::size_t offset) {
    for (; counted_ < offset; ++counted_)
      if (text_[counted_] == '\n') ++line_, line_start_ = counted_ + 1;
    std::size_t column = 1;
    for (auto i = line_start_; i < offset; ++i)
      if ((static_cast<unsigned char>(text_[i]) & 0xC0) != 0x80) ++column;
    return {file_, line_, column};
  }

  void literal(std::size_t end) {
    if (end > at_) out_.push_back({Piece::Kind::text, text_.substr(at_, end - at_), place(at_)});
    at_ = end;
  }

  void tag() {
    const auto start = at_;
    const auto here = place(start);
    const bool triple = text_.compare(start, 3, "{{{") == 0;
    const std::string_view end_mark = triple ? "}}}" : "}}";
    const auto inner = start + end_mark.size();
    const auto end = text_.find(end_mark, inner);
    if (end == std::string::npos)
      mistake(here, "`{{` is not closed by `" + std::string{end_mark} + "`");
    std::string body = text_.substr(inner, end - inner);
    at_ = end + end_mark.size();
    if (!triple && body.starts_with('!')) return drop_line(start);
    if (body.find('\n') != std::string::npos) mistake(here, "`{{` is not closed on its line");
    Piece piece{triple ? Piece::Kind::raw : Piece::Kind::value, {}, here};
    if (!triple && !body.empty()) {
      const char mark = body.front();
      if (mark == '=')
        mistake(here, "other delimiters (`{{=`) are not supported; write `{{` and `}}`");
      static constexpr std::string_view kMarks = "&#^/>";
      static constexpr Piece::Kind kKinds[] = {Piece::Kind::raw, Piece::Kind::open,
                                               Piece::Kind::open_not, Piece::Kind::close,
                                               Piece::Kind::partial};
      if (const auto which = kMarks.find(mark); which != std::string_view::npos) {
        piece.kind = kKinds[which];
        body.erase(0, 1);
      }
    }
    const auto first = body.find_first_not_of(" \t");
    const auto last = body.find_last_not_of(" \t");
    piece.text = first == std::string::npos ? "" : body.substr(first, last - first + 1);
    if (!is_name(piece.text, 128, true))
      mistake(here,
              "a tag holds the name of a parameter, such as {{service}} or {{provider.name}}");
    nest(piece);
    if (piece.kind == Piece::Kind::open || piece.kind == Piece::Kind::open_not ||
        piece.kind == Piece::Kind::close)
      drop_line(start);
    if (out_.size() >= 2 * kMaxTags) mistake(here, "more than 1,000 tags");
    out_.push_back(std::move(piece));
  }

  void nest(const Piece& piece) {
    if (piece.kind == Piece::Kind::open || piece.kind == Piece::Kind::open_not) {
      open_.push_back(piece);
      if (open_.size() > kMaxDepth) mistake(piece.at, "sections are nested deeper than 32");
    } else if (piece.kind == Piece::Kind::close) {
      if (open_.empty()) mistake(piece.at, "`{{/" + piece.text + "}}` closes nothing");
      if (open_.back().text != piece.text)
        mistake(piece.at, "`{{/" + piece.text + "}}` stands where `{{/" + open_.back().text +
                              "}}` is expected, opened on line " +
                              std::to_string(open_.back().at.line));
      open_.pop_back();
    }
  }

  // When the tag from `start` to here stands alone on its line, the line goes with it.
  void drop_line(std::size_t start) {
    auto before = start;
    while (before > 0 && (text_[before - 1] == ' ' || text_[before - 1] == '\t')) --before;
    const auto after = text_.find_first_not_of(" \t", at_);
    const bool alone = (before == 0 || text_[before - 1] == '\n') &&
                       (after == std::string::npos || text_[after] == '\n');
    if (!alone) return;
    if (before < start && !out_.empty() && out_.back().kind == Piece::Kind::text)
      out_.back().text.resize(out_.back().text.size() - (start - before));
    at_ = after == std::string::npos ? text_.size() : after + 1;
  }

  const std::string& file_;
  const std::string& text_;
  std::size_t at_ = 0, counted_ = 0, line_ = 1, line_start_ = 0;
  std::vector<Piece> out_, open_;
};

class Expander {
 public:
  Expander(const Files& files, const std::string& locale) : files_{files}, locale_{locale} {}

  void add(const std::string& file, const Place& from) {
    const auto found = files_.find(file);
    if (found == files_.end())
      mistake(from, from.line == 0 ? "is missing; write this text or remove the locale"
                                   : "there is no " + file + " to include");
    if (std::find(path_.begin(), path_.end(), file) != path_.end()) {
      std::string chain;
      for (const auto& one : path_) chain += one + " -> ";
      mistake(from, "a text includes itself: " + chain + file);
    }
    path_.push_back(file);
    if (path_.size() > kMaxDepth) mistake(from, "texts are included deeper than 32");
    auto text = found->second;
    if (text.ends_with('\n')) text.pop_back();
    bytes_ += text.size();
    if (bytes_ > kMaxTemplate) mistake(from, "larger than 256 KiB with all it includes");
    for (auto& piece : scan(file, text)) {
      if (piece.kind != Piece::Kind::text && ++tags_ > kMaxTags)
        mistake(piece.at, "more than 1,000 tags with all that is included");
      if (piece.kind == Piece::Kind::open || piece.kind == Piece::Kind::open_not) {
        if (++depth_ > kMaxDepth) mistake(piece.at, "sections are nested deeper than 32");
      } else if (piece.kind == Piece::Kind::close) {
        --depth_;
      }
      if (piece.kind == Piece::Kind::partial)
        add(locale_ + "/_" + piece.text + ".mustache", piece.at);
      else
        out.push_back(std::move(piece));
    }
    path_.pop_back();
  }

  std::vector<Piece> out;

 private:
  const Files& files_;
  const std::string& locale_;
  std::vector<std::string> path_;
  std::size_t bytes_ = 0, tags_ = 0, depth_ = 0;
};

}  // namespace

std::vector<Piece> scan(const std::string& file, const std::string& text) {
  return Scanner{file, text}.run();
}

std::vector<Piece> expand(const Files& files, const std::string& locale, const std::string& name) {
  Expander expander{files, locale};
  const auto file = locale + '/' + name + ".mustache";
  expander.add(file, {file});
  return std::move(expander.out);
}

}  // namespace catalog
