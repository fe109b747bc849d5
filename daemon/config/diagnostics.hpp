#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "config/mark.hpp"

namespace herald::config {

enum class Severity { error, warning };

struct Diagnostic {
  Severity severity = Severity::error;
  Mark mark;
  std::string message;  ///< cause and next step, one line
};

/// Everything wrong with a configuration, all at once, with the text of the files for showing the
/// lines. Not thread-safe. At most kMost are kept; more are counted.
class Diagnostics {
 public:
  static constexpr std::size_t kMost = 100;

  void error(Mark mark, std::string message);
  void warning(Mark mark, std::string message);
  /// Remembers the text of a file so that render() can show its lines.
  void add_source(const std::string& file, std::string text);
  /// From that column on the line is never shown: something secret stands there.
  void hide(const Mark& mark);

  bool ok() const { return errors_ == 0; }
  std::size_t errors() const { return errors_; }
  const std::vector<Diagnostic>& all() const { return all_; }

  /// For a terminal: per finding `file:line:column: error: message`, the line, a caret; ordered by
  /// place.
  std::string render(bool colour = false) const;
  /// The first error as one line, for logs.
  std::string first() const;

 private:
  void add(Severity severity, Mark mark, std::string message);
  std::vector<Diagnostic> all_;
  std::size_t errors_ = 0, dropped_ = 0;
  std::string excerpt(const Mark& mark, bool colour) const;
  std::map<std::string, std::string> sources_;
  std::map<std::pair<std::string, unsigned>, unsigned>
      hidden_;  // file and line -> first hidden column
};

}  // namespace herald::config
