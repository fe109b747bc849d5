// emphasis.hpp - one line of text whose emphasis marks are matched at its end.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace whatsapp {

/// Collects a line in pieces; finish() pairs the delimiters as CommonMark 0.30 section 6.2 does and
/// writes WhatsApp's markers.
class Line {
 public:
  void text(std::string_view s);
  /// A run of one delimiter character (`*`, `_` or `~`) with the code points beside it in the
  /// source.
  void run(char mark, std::size_t count, char32_t before, char32_t after);
  /// The line; `all_bold`: as a heading.
  std::string finish(bool all_bold = false);

 private:
  struct Piece {
    enum Kind { kText, kRun, kOpen, kClose } kind = kText;
    std::string text{};
    char mark = 0;
    std::size_t count = 0, original = 0;
    bool opens = false, closes = false;
    int pair = -1;
    std::vector<std::pair<char, int>> open_marks{}, close_marks{};  // a run's, in order of text
  };

  void match();
  std::vector<Piece> flatten();
  static bool drop_bad(std::vector<Piece>& pieces, int pairs, bool all);

  std::vector<Piece> pieces_;
  int pairs_ = 0;
};

}  // namespace whatsapp
