#include "text/emphasis.hpp"

#include <algorithm>
#include <map>

#include "text/text.hpp"

namespace whatsapp {
namespace {

// Each pass drops the markers WhatsApp would not understand, which may spoil a neighbour; a line
// that needs more passes than this loses all of them.
constexpr int kPasses = 8;

enum class Side { space, punctuation, word };
Side side_of(char32_t c) {
  if (c == 0 || is_space(c)) return Side::space;
  return is_word(c) ? Side::word : Side::punctuation;
}

}  // namespace

void Line::text(std::string_view s) {
  if (pieces_.empty() || pieces_.back().kind != Piece::kText) pieces_.push_back({});
  pieces_.back().text += s;
}

void Line::run(char mark, std::size_t count, char32_t before, char32_t after) {
  const auto left = side_of(before), right = side_of(after);
  // Left-flanking and right-flanking of CommonMark.
  const bool opens = right != Side::space && (right == Side::word || left != Side::word);
  const bool closes = left != Side::space && (left == Side::word || right != Side::word);
  Piece piece;
  piece.kind = Piece::kRun;
  piece.mark = mark;
  piece.count = piece.original = count;
  piece.opens = opens;
  piece.closes = closes;
  // A lone asterisk between letters is arithmetic or a footnote more often than emphasis, and
  // WhatsApp would show it either way: the underscore's rule serves both.
  if (mark == '_' || (mark == '*' && count == 1)) {
    piece.opens = opens && (!closes || left == Side::punctuation);
    piece.closes = closes && (!opens || right == Side::punctuation);
  }
  pieces_.push_back(std::move(piece));
}

void Line::match() {
  std::vector<std::size_t> openers;
  // Below this opener nothing can match that kind of closer: keeps the search linear.
  std::map<std::tuple<char, bool, std::size_t>, std::size_t> bottoms;
  for (std::size_t i = 0; i < pieces_.size(); ++i) {
    auto& closer = pieces_[i];
    if (closer.kind != Piece::kRun) continue;
    while (closer.closes && closer.count > 0) {
      auto& bottom = bottoms[{closer.mark, closer.opens, closer.original % 3}];
      std::size_t at = openers.size();
      const Piece* found = nullptr;
      while (at > 0 && openers[at - 1] >= bottom) {
        const auto& o = pieces_[openers[at - 1]];
        const bool both = (o.closes || closer.opens) && (o.original + closer.original) % 3 == 0 &&
                          (o.original % 3 != 0 || closer.original % 3 != 0);
        const bool strike = closer.mark != '~' || (o.count >= 2 && closer.count >= 2);
        if (o.mark == closer.mark && strike && (closer.mark == '~' || !both)) {
          found = &o;
          break;
        }
        --at;
      }
      if (found == nullptr) {
        bottom = i;
        break;
      }
      auto& opener = pieces_[openers[at - 1]];
      openers.resize(at);  // what stood between is literal
      const auto least = std::min(opener.count, closer.count);
      // Of three the inner one is the italic: ***x*** is *_x_*.
      const std::size_t use = closer.mark == '~'             ? 2
                              : least >= 3 && least % 2 == 1 ? 1
                              : least >= 2                   ? 2
                                                             : 1;
      const char mark = closer.mark == '~' ? '~' : use == 2 ? '*' : '_';
      opener.open_marks.insert(opener.open_marks.begin(), {mark, pairs_});
      closer.close_marks.emplace_back(mark, pairs_++);
      opener.count -= use;
      closer.count -= use;
      if (opener.count == 0) openers.pop_back();
    }
    if (closer.opens && closer.count > 0) openers.push_back(i);
  }
}

std::vector<Line::Piece> Line::flatten() {
  std::vector<Piece> flat;
  const auto add_text = [&](std::string text) {
    if (text.empty()) return;
    flat.push_back({});
    flat.back().text = std::move(text);
  };
  const auto add_mark = [&](Piece::Kind kind, const std::pair<char, int>& m) {
    flat.push_back({});
    flat.back().kind = kind;
    flat.back().mark = m.first;
    flat.back().pair = m.second;
  };
  for (auto& piece : pieces_) {
    if (piece.kind == Piece::kText) {
      add_text(std::move(piece.text));
      continue;
    }
    // A run that closes and opens closes first; what is left of it is literal, in between.
    for (const auto& m : piece.close_marks) add_mark(Piece::kClose, m);
    add_text(std::string(piece.count, piece.mark));
    for (const auto& m : piece.open_marks) add_mark(Piece::kOpen, m);
  }
  return flat;
}

bool Line::drop_bad(std::vector<Piece>& pieces, int pairs, bool all) {
  std::vector<bool> bad(static_cast<std::size_t>(pairs), all);
  std::map<char, int> depth;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    const auto& piece = pieces[i];
    if (piece.kind == Piece::kText) continue;
    const auto index = static_cast<std::size_t>(piece.pair);
    const bool opening = piece.kind == Piece::kOpen;
    // Bold inside bold: the outer pair says it all.
    if (opening ? depth[piece.mark]++ > 0 : --depth[piece.mark] > 0) bad[index] = true;
    const auto edge = [&](bool left) -> char32_t {
      if (left ? i == 0 : i + 1 == pieces.size()) return 0;
      const auto& next = pieces[left ? i - 1 : i + 1];
      if (next.kind != Piece::kText) return static_cast<char32_t>(next.mark);
      return left ? code_before(next.text, next.text.size()).value : code_at(next.text, 0).value;
    };
    const auto outer = edge(opening), inner = edge(!opening);
    const auto mark = static_cast<char32_t>(piece.mark);
    if (is_word(outer) || outer == mark || inner == 0 || inner == mark || is_space(inner))
      bad[index] = true;
  }
  std::vector<Piece> kept;
  for (auto& piece : pieces) {
    if (piece.kind != Piece::kText && bad[static_cast<std::size_t>(piece.pair)]) continue;
    if (piece.kind == Piece::kText && !kept.empty() && kept.back().kind == Piece::kText)
      kept.back().text += piece.text;
    else
      kept.push_back(std::move(piece));
  }
  const bool changed = std::find(bad.begin(), bad.end(), true) != bad.end();
  pieces = std::move(kept);
  return changed;
}

std::string Line::finish(bool all_bold) {
  match();
  auto flat = flatten();
  if (all_bold && !flat.empty()) {
    Piece open, close;
    open.kind = Piece::kOpen;
    close.kind = Piece::kClose;
    open.mark = close.mark = '*';
    open.pair = close.pair = pairs_++;
    flat.insert(flat.begin(), std::move(open));
    flat.push_back(std::move(close));
  }
  for (int pass = 0;; ++pass) {
    const auto before = flat.size();
    drop_bad(flat, pairs_, pass >= kPasses);
    if (flat.size() == before) break;
  }
  std::string out;
  for (const auto& piece : flat) {
    if (piece.kind == Piece::kText)
      out += piece.text;
    else
      out += piece.mark;
  }
  return out;
}

}  // namespace whatsapp
